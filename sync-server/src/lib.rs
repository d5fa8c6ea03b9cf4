//! The server of Tradepost: hosts shops, takes part in their sync, and shows their storefronts to buyers.
