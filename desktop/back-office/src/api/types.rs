//! The types of the api in TypeScript, for the screens. `UPDATE_TYPES=1 cargo test -p tradepost-back-office types` writes them.

use ts_rs::{Config, TS};

use super::{
    amount, conflict, customer, device, error, file, home, import, label, order, picture, product, report, settings, shop, stock,
    storefront, sync_status, undo,
};

/// The whole of `ui/src/lib/api/types.ts`.
pub fn typescript() -> String {
    let config = Config::new().with_large_int("number");
    let mut text = String::from(
        "// Made by the program's own tests (src/api/types.rs). Do not edit.\n\nexport type ProductStatus = 'active' | 'draft' | 'archived';\n",
    );
    macro_rules! declare {
        ($($type:ty),+ $(,)?) => {$(
            text.push_str("\nexport ");
            text.push_str(&<$type as TS>::decl(&config));
            text.push('\n');
        )+};
    }
    declare!(
        amount::Amount,
        amount::Count,
        amount::Moment,
        amount::Tone,
        amount::Mark,
        error::ErrorCode,
        error::ApiError,
        undo::Saved,
        file::SavedFile,
        shop::StartView,
        shop::NewShopDraft,
        shop::JoinInput,
        shop::Overview,
        shop::Named,
        shop::Found,
        sync_status::SyncView,
        home::Home,
        home::FirstSteps,
        home::Task,
        home::HourFigures,
        home::WeekDay,
        home::AwayView,
        home::AwaySentence,
        order::OrderQuery,
        order::BookLine,
        order::BookView,
        order::BookItem,
        order::TotalLine,
        order::Happening,
        order::StepInput,
        product::ProductQuery,
        product::ProductLine,
        product::Window<()>,
        product::ProductFacets,
        product::Facet,
        picture::PictureView,
        picture::PictureDraft,
        product::ProductView,
        product::VariantFigures,
        product::ProductDraft,
        product::VariantDraft,
        product::BulkChange,
        import::ImportPlan,
        import::ImportProblemLine,
        import::ImportProgressView,
        import::ImportResult,
        stock::StockQuery,
        stock::StockLine,
        stock::Movement,
        stock::FoundVariant,
        stock::StockEntry,
        label::SheetView,
        customer::AddressDraft,
        customer::CustomerDraft,
        report::Report,
        report::DayFigures,
        report::TaxFigures,
        report::NamedAmount,
        report::BestSeller,
        report::SessionLine,
        storefront::CollectionDraft,
        storefront::PutIn,
        settings::Settings,
        settings::ShopDraft,
        settings::TaxRateDraft,
        settings::ShippingRateDraft,
        settings::LocationDraft,
        settings::TillDraft,
        settings::StaffDraft,
        device::DevicesView,
        device::DeviceLine,
        device::PairInput,
        device::PairCodeView,
        device::ConnectInput,
        conflict::Conflict,
        conflict::Choice,
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/ui/src/lib/api/types.ts");

    #[test]
    fn the_screens_have_the_types_of_the_api() {
        if std::env::var_os("UPDATE_TYPES").is_some() {
            std::fs::write(FILE, typescript()).unwrap();
        }
        let written = std::fs::read_to_string(FILE).unwrap_or_default();
        assert!(
            written == typescript(),
            "ui/src/lib/api/types.ts is not current: run UPDATE_TYPES=1 cargo test -p tradepost-back-office types"
        );
    }
}
