//! The shop in a data folder, open for one command.

use std::path::Path;

use tradepost_connection::{Device, SystemEnvironment};
use tradepost_domain::id::LocationId;
use tradepost_domain::money::Money;
use tradepost_domain::quantity::Quantity;
use tradepost_domain::shop::{Location, ShopSettings, Till};
use tradepost_domain::time::Timestamp;
use tradepost_operations::read::{Reader, VariantRow};
use tradepost_operations::{By, Shop, lock};

use crate::error::CliError;

/// The local value that names the till of a device that was not paired as one.
const OWN_TILL: &str = "cli/till";

/// A shop, open for one command.
pub struct Open {
    pub device: Device,
    pub shop: Shop,
    pub read: Reader,
    env: SystemEnvironment,
}

impl Open {
    pub fn at(data: &Path) -> Result<Self, CliError> {
        Self::of(Device::open(data)?)
    }

    pub fn of(device: Device) -> Result<Self, CliError> {
        let shop = Shop::new(device.replica())?;
        let read = shop.reader()?;
        Ok(Self { device, shop, read, env: SystemEnvironment::new() })
    }

    pub fn by(&mut self) -> By<'_> {
        By::owner(&mut self.env)
    }

    pub fn by_at(&mut self, at: Option<Timestamp>) -> By<'_> {
        By { at, ..By::owner(&mut self.env) }
    }

    /// The proof of where this device stands is written before the program ends.
    pub fn close(self) -> Result<(), CliError> {
        Ok(lock(&self.device.replica()).write_witness()?)
    }

    pub fn settings(&self) -> Result<ShopSettings, CliError> {
        Ok(self.shop.settings()?)
    }

    /// An amount as typed, in the shop's currency.
    pub fn amount(&self, text: &str) -> Result<Money, CliError> {
        let currency = self.settings()?.currency;
        Money::parse(text, currency).map_err(|error| CliError::Usage(format!("\"{text}\": {error}")))
    }

    /// The location of this name; the first where none is given.
    pub fn location(&self, name: Option<&str>) -> Result<Location, CliError> {
        let mut locations = self.read.locations()?;
        let Some(name) = name else {
            return locations.into_iter().next().ok_or_else(|| CliError::Refused("this shop has no location yet".to_owned()));
        };
        match locations.iter().position(|location| location.name.eq_ignore_ascii_case(name)) {
            Some(place) => Ok(locations.swap_remove(place)),
            None => {
                let names: Vec<&str> = locations.iter().map(|location| location.name.as_str()).collect();
                Err(CliError::Refused(format!("there is no location \"{name}\"; there are: {}", names.join(", "))))
            }
        }
    }

    pub fn location_name(&self, id: LocationId) -> Result<String, CliError> {
        Ok(self.read.location(id)?.map_or_else(|| id.to_string(), |location| location.name))
    }

    /// The one variant with this barcode or SKU.
    pub fn variant(&self, code: &str) -> Result<VariantRow, CliError> {
        let mut fitting = self.shop.find_by_code(code)?;
        match (fitting.pop(), fitting.len()) {
            (Some(only), 0) => Ok(only),
            (None, _) => Err(CliError::Refused(format!("nothing here has the code \"{code}\""))),
            (Some(_), others) => {
                Err(CliError::Refused(format!("{} variants have the code \"{code}\": use one's SKU", others + 1)))
            }
        }
    }

    /// The till of this device: the one that it was paired as, or the one that it opened before.
    pub fn till(&self) -> Result<Option<Till>, CliError> {
        let kept = lock(&self.device.replica()).local(OWN_TILL)?;
        let own = || kept.and_then(|bytes| String::from_utf8(bytes).ok()).and_then(|id| id.parse().ok());
        match self.device.till().or_else(own) {
            Some(id) => Ok(self.read.till(id)?),
            None => Ok(None),
        }
    }

    /// The till of this device, which must have one.
    pub fn till_here(&self) -> Result<Till, CliError> {
        let none = || CliError::Refused("no till is open on this device: open one with \"till open --float AMOUNT\"".to_owned());
        self.till()?.ok_or_else(none)
    }

    /// The till of this device; one is made where it has none.
    pub fn till_or_new(&mut self) -> Result<Till, CliError> {
        if let Some(till) = self.till()? {
            return Ok(till);
        }
        let (shop, location) = (self.shop.clone(), self.location(None)?.id);
        let till = shop.add_till(&mut self.by(), "Till", location)?;
        self.keep_own_till(&till)?;
        Ok(till)
    }
}

impl Open {
    /// After a restore, which leaves out what is this machine's alone: the till that no device was paired as is this device's again.
    pub fn take_own_till_back(&self) -> Result<(), CliError> {
        let paired: Vec<_> = self.read.devices()?.into_iter().filter_map(|device| device.certificate.till).collect();
        let free: Vec<Till> = self.read.tills()?.into_iter().filter(|till| !paired.contains(&till.id)).collect();
        match free.as_slice() {
            [only] if self.device.till().is_none() => self.keep_own_till(only),
            _ => Ok(()),
        }
    }

    fn keep_own_till(&self, till: &Till) -> Result<(), CliError> {
        Ok(lock(&self.device.replica()).put_local(OWN_TILL, Some(till.id.to_string().as_bytes()))?)
    }
}

/// `CODE=QTY`, or `CODE` for one of it. A code may hold an equals sign itself.
pub fn code_and_quantity(text: &str) -> Result<(&str, Quantity), CliError> {
    match text.rsplit_once('=') {
        None => Ok((text, Quantity::ONE)),
        Some((code, quantity)) => match Quantity::parse(quantity) {
            Ok(quantity) if !code.is_empty() => Ok((code, quantity)),
            Ok(_) => Err(CliError::Usage(format!("\"{text}\" names no code: write CODE=QTY"))),
            Err(problem) => Err(CliError::Usage(format!("\"{text}\": {problem}"))),
        },
    }
}
