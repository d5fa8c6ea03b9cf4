//! Who does something, when, and with which clocks and randomness.

use tradepost_domain::id::StaffId;
use tradepost_domain::time::Timestamp;
use tradepost_replica::{Draft, Environment};

/// Who does something. `staff: None` is the device's owner: the command line, the server.
pub struct By<'a> {
    /// Clocks and randomness.
    pub env: &'a mut dyn Environment,
    /// Who is signed in.
    pub staff: Option<StaffId>,
    /// When it happened, where it is recorded after the fact; `None`: now.
    pub at: Option<Timestamp>,
}

impl<'a> By<'a> {
    /// The device's owner, now.
    pub fn owner(env: &'a mut dyn Environment) -> Self {
        Self { env, staff: None, at: None }
    }

    /// A staff member, now.
    pub fn staff(env: &'a mut dyn Environment, staff: StaffId) -> Self {
        Self { env, staff: Some(staff), at: None }
    }

    /// When it happens: the time given, or the clock put right.
    pub fn now(&mut self) -> Timestamp {
        self.at.unwrap_or_else(|| Timestamp::from_unix_ms(self.env.clock().corrected_ms()))
    }

    /// A fresh id: 6 bytes of time, so that what is made together is stored together, and 10 random ones.
    pub fn new_id(&mut self) -> [u8; 16] {
        let mut id = [0; 16];
        self.env.random(&mut id);
        let time = self.env.clock().wall_ms.to_be_bytes();
        id.iter_mut().zip(time.iter().skip(2)).for_each(|(byte, time)| *byte = *time);
        id
    }

    /// An empty draft of this person's.
    pub(crate) fn draft(&self, operation: &str) -> Draft {
        Draft { operation: operation.to_owned(), staff: self.staff, ..Draft::default() }
    }
}
