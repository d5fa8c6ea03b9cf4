//! What screens ask for and get: plain functions over an open shop. Knows no window; its types are written out for the screens
//! (`ui/src/lib/api/types.ts`).

pub mod amount;
pub mod conflict;
pub mod customer;
pub mod desk;
pub mod device;
pub mod error;
pub mod file;
pub mod home;
pub mod import;
pub mod label;
pub mod order;
pub mod picture;
pub mod product;
pub mod report;
pub mod settings;
pub mod shop;
pub mod stock;
pub mod storefront;
pub mod sync_status;
pub mod types;
pub mod undo;
pub mod write;

pub use desk::{BackOffice, News, OpenShop};
pub use error::{ApiError, ApiResult, ErrorCode};
