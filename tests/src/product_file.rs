//! A product file as an import takes it: what the command line and the back office do with a file.

use std::io::Read;
use std::ops::ControlFlow;

use tradepost_exchange::shopify::Reader;
use tradepost_operations::{ImportOptions, ImportProgress, ImportReport};

use crate::setting::Side;

/// Imports a file.
pub fn import<R: Read>(side: &mut Side, file: &mut Reader<R>) -> ImportReport {
    let (shop, mut by) = side.work();
    shop.run_import(&mut by, file, &ImportOptions::default(), &mut to_the_end).expect("the import runs")
}

/// What importing a file would do.
pub fn plan<R: Read>(side: &mut Side, file: &mut Reader<R>) -> ImportReport {
    let (shop, mut by) = side.work();
    shop.plan_import(&mut by, file, &ImportOptions::default(), &mut to_the_end).expect("the plan is made")
}

fn to_the_end(_: &ImportProgress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}
