//! Commands: each reads its input, calls one function of the api off the window's thread, and hands on its answer.

#![expect(clippy::let_underscore_must_use, reason = "what tauri makes of a command has it")]

use std::sync::Arc;

use tauri::State;
use tauri::ipc::{InvokeBody, Request};

use crate::api::conflict::Conflict;
use crate::api::customer::CustomerDraft;
use crate::api::device::{ConnectInput, DevicesView, PairCodeView, PairInput};
use crate::api::error::{ApiError, ApiResult};
use crate::api::file::SavedFile;
use crate::api::home::{AwayView, Home};
use crate::api::import::{ImportPlan, ImportProblemLine, ImportResult};
use crate::api::label::SheetView;
use crate::api::order::{BookLine, BookView, OrderQuery, StepInput};
use crate::api::picture::PictureDraft;
use crate::api::product::{BulkChange, ProductDraft, ProductFacets, ProductLine, ProductQuery, ProductView, Window};
use crate::api::report::{Report, SessionLine};
use crate::api::settings::{LocationDraft, Settings, ShippingRateDraft, ShopDraft, StaffDraft, TaxRateDraft, TillDraft};
use crate::api::shop::{Found, JoinInput, NewShopDraft, Overview, StartView};
use crate::api::stock::{FoundVariant, Movement, StockEntry, StockLine, StockQuery};
use crate::api::storefront::{CollectionDraft, PutIn};
use crate::api::sync_status::SyncView;
use crate::api::undo::Saved;
use crate::api::{
    BackOffice, customer, device, file, home, import, label, order, picture, product, report, settings, shop, stock, storefront,
};

/// The back office as commands get it.
pub type Office<'a> = State<'a, Arc<BackOffice>>;

/// Rows of one window of a list, at most.
const LIMIT_MAX: usize = 200;

/// Runs work off the window's thread and off the runtime's: it may read, write and wait.
async fn run<T: Send + 'static>(
    office: Office<'_>,
    work: impl FnOnce(&BackOffice) -> ApiResult<T> + Send + 'static,
) -> ApiResult<T> {
    let office = Arc::clone(&office);
    let done = tauri::async_runtime::spawn_blocking(move || work(&office)).await;
    done.unwrap_or_else(|_| Err(ApiError::input("This went wrong inside the program. Nothing was half saved: try again.")))
}

macro_rules! commands {
    ($($(#[$doc:meta])* fn $name:ident($office:ident $(, $input:ident: $type:ty)*) -> $answer:ty $work:block)+) => {
        $(
            $(#[$doc])*
            #[tauri::command]
            pub async fn $name(office: Office<'_> $(, $input: $type)*) -> ApiResult<$answer> {
                run(office, move |$office| $work).await
            }
        )+

        /// Hands every command to the window.
        pub fn handler<R: tauri::Runtime>() -> impl Fn(tauri::ipc::Invoke<R>) -> bool + Send + Sync + 'static {
            tauri::generate_handler![plan_import, offer_picture, add_picture, $($name),+]
        }

        /// The names of all commands.
        #[cfg(test)]
        pub const NAMES: &[&str] = &["plan_import", "offer_picture", "add_picture", $(stringify!($name)),+];
    };
}

/// Reads a file, whose bytes are the body, and says what importing it would do.
#[tauri::command]
pub async fn plan_import(office: Office<'_>, request: Request<'_>) -> ApiResult<ImportPlan> {
    let InvokeBody::Raw(bytes) = request.body() else { return Err(ApiError::input("Choose a file.")) };
    let (bytes, name) = (bytes.clone(), file_name(&request));
    run(office, move |office| import::plan(&*office.shop()?, &name, bytes)).await
}

/// Hands in a picture, whose bytes are the body, for the import that is planned. Says whether its file names it.
#[tauri::command]
pub async fn offer_picture(office: Office<'_>, request: Request<'_>) -> ApiResult<bool> {
    let InvokeBody::Raw(bytes) = request.body() else { return Err(ApiError::input("Choose a file.")) };
    let (bytes, name) = (bytes.clone(), file_name(&request));
    run(office, move |office| import::offer_picture(&*office.shop()?, &name, &bytes)).await
}

/// Adds a picture, whose bytes are the body, to a product.
#[tauri::command]
pub async fn add_picture(office: Office<'_>, request: Request<'_>) -> ApiResult<Saved> {
    let InvokeBody::Raw(bytes) = request.body() else { return Err(ApiError::input("Choose a picture.")) };
    let product = request.headers().get("product").and_then(|id| id.to_str().ok()).unwrap_or_default().to_owned();
    let bytes = bytes.clone();
    run(office, move |office| picture::add(&*office.shop()?, &product, &bytes)).await
}

fn file_name(request: &Request<'_>) -> String {
    let encoded = request.headers().get("file-name").and_then(|name| name.to_str().ok()).unwrap_or("file.csv");
    let mut bytes = Vec::new();
    let mut rest = encoded.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let digits = after
            .get(..2)
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        let (byte, after) = match (byte, digits) {
            (b'%', Some(decoded)) => (decoded, after.get(2..).unwrap_or_default()),
            _ => (*byte, after),
        };
        bytes.push(byte);
        rest = after;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

commands! {
    fn start(office) -> StartView { shop::start(office) }
    fn create_shop(office, draft: NewShopDraft) -> () { shop::create(office, draft) }
    fn join_shop(office, input: JoinInput) -> () { office.join(&input.url, &input.code, &input.device_name) }
    fn overview(office) -> Overview { shop::overview(office) }
    fn sync_status(office) -> SyncView { office.shop()?.sync_view() }
    fn find(office, text: String) -> Vec<Found> { office.read(|reader| shop::find(reader, &text)) }
    fn undo(office, token: u64) -> Saved { office.write(|write| write.undo(token)) }

    fn home(office) -> Home { home::show(&*office.shop()?) }
    fn away_report(office) -> Option<AwayView> { home::away(&*office.shop()?) }
    fn dismiss_away(office) -> () { home::dismiss(&*office.shop()?) }

    fn orders(office, query: OrderQuery, offset: usize, limit: usize) -> Window<BookLine> {
        office.read(|reader| order::list(reader, &query, offset, limit.min(LIMIT_MAX)))
    }
    fn order(office, id: String) -> BookView { office.read(|reader| order::show(reader, &id)) }
    fn order_step(office, id: String, step: StepInput) -> Saved { office.write(|write| order::step(write, &id, &step)) }

    fn products(office, query: ProductQuery, offset: usize, limit: usize) -> Window<ProductLine> {
        office.read(|reader| product::list(reader, &query, offset, limit.min(LIMIT_MAX)))
    }
    fn product_ids(office, query: ProductQuery) -> Vec<String> { office.read(|reader| product::ids(reader, &query)) }
    fn product_facets(office) -> ProductFacets { office.read(product::facets) }
    fn product(office, id: String) -> ProductView { office.read(|reader| product::show(reader, &id)) }
    fn blank_product(_office) -> ProductDraft { Ok(product::blank()) }
    fn save_product(office, id: String, draft: ProductDraft) -> Saved { office.write(|write| product::save(write, &id, &draft)) }
    fn arrange_pictures(office, id: String, pictures: Vec<PictureDraft>) -> Saved { office.write(|write| picture::arrange(write, &id, &pictures)) }
    fn bulk_edit(office, ids: Vec<String>, change: BulkChange) -> Saved { office.write(|write| product::bulk_edit(write, &ids, &change)) }

    fn import_problems(office, severity: String, offset: usize, limit: usize) -> Window<ImportProblemLine> {
        import::problems(&*office.shop()?, &severity, offset, limit.min(LIMIT_MAX))
    }
    fn plan_again(office) -> ImportPlan { import::plan_again(&*office.shop()?) }
    fn run_import(office) -> ImportResult { import::run(office) }
    fn cancel_import(office) -> () { office.shop().map(|open| import::cancel(&open)) }
    fn drop_import(office) -> () { office.shop().map(|open| import::forget(&open)) }
    fn undo_import(office, batch: String) -> String { import::undo(&*office.shop()?, &batch) }

    fn stock(office, query: StockQuery, offset: usize, limit: usize) -> Window<StockLine> {
        office.read(|reader| stock::list(reader, &query, offset, limit.min(LIMIT_MAX)))
    }
    fn stock_movements(office, variant: String) -> Vec<Movement> { office.read(|reader| stock::movements(reader, &variant)) }
    fn find_variants(office, text: String) -> Vec<FoundVariant> { office.read(|reader| stock::find(reader, &text)) }
    fn receive_stock(office, location: String, entries: Vec<StockEntry>, reference: String) -> Saved {
        office.write(|write| stock::receive(write, &location, &entries, &reference))
    }
    fn adjust_stock(office, location: String, entries: Vec<StockEntry>, reason: String) -> Saved {
        office.write(|write| stock::adjust(write, &location, &entries, &reason))
    }
    fn count_stock(office, location: String, entries: Vec<StockEntry>) -> Saved { office.write(|write| stock::count(write, &location, &entries)) }
    fn label_sheets(_office) -> Vec<SheetView> { Ok(label::sheets()) }
    fn print_labels(office, entries: Vec<StockEntry>, sheet: String) -> SavedFile {
        let pdf = office.read(|reader| label::pdf(reader, &entries, &sheet))?;
        file::save(office.downloads(), "Labels", "pdf", &pdf)
    }

    fn customers(office, search: String, offset: usize, limit: usize) -> Window<CustomerDraft> {
        office.read(|reader| customer::list(reader, &search, offset, limit.min(LIMIT_MAX)))
    }
    fn customer(office, id: String) -> CustomerDraft { office.read(|reader| customer::show(reader, &id)) }
    fn save_customer(office, draft: CustomerDraft) -> Saved { office.write(|write| customer::save(write, draft)) }

    fn report(office, from: String, to: String) -> Report { office.read(|reader| report::show(reader, &from, &to)) }
    fn sessions(office, offset: usize, limit: usize) -> Window<SessionLine> { office.read(|reader| report::sessions(reader, offset, limit.min(LIMIT_MAX))) }
    fn session(office, id: String) -> SessionLine { office.read(|reader| report::session(reader, &id)) }
    fn export_report(office, kind: String, from: String, to: String) -> SavedFile {
        let csv = office.read(|reader| report::csv(reader, &kind, &from, &to))?;
        file::save(office.downloads(), &format!("{kind} {from} to {to}"), "csv", csv.as_bytes())
    }

    fn collections(office) -> Vec<CollectionDraft> { office.read(storefront::collections) }
    fn save_collection(office, draft: CollectionDraft) -> Saved { office.write(|write| storefront::save(write, &draft)) }
    fn change_collection(office, collection: String, products: Vec<String>, puts: PutIn) -> Saved {
        office.write(|write| storefront::change_products(write, &collection, &products, puts))
    }

    fn settings(office) -> Settings {
        let open = office.shop()?;
        let here = settings::ThisComputer {
            keys_in_keyring: open.keys_in_keyring,
            data_folder: office.folder().display().to_string(),
            free_till_code: open.shop.free_till_code()?,
        };
        office.read(|reader| settings::show(reader, here))
    }
    fn save_shop(office, draft: ShopDraft) -> Saved { office.write(|write| settings::save_shop(write, draft)) }
    fn save_taxes(office, drafts: Vec<TaxRateDraft>) -> Saved { office.write(|write| settings::save_taxes(write, &drafts)) }
    fn save_shipping(office, drafts: Vec<ShippingRateDraft>) -> Saved { office.write(|write| settings::save_shipping(write, &drafts)) }
    fn save_location(office, draft: LocationDraft) -> Saved { office.write(|write| settings::save_location(write, draft)) }
    fn save_till(office, draft: TillDraft) -> Saved { office.write(|write| settings::save_till(write, &draft)) }
    fn save_staff(office, draft: StaffDraft) -> Saved { office.write(|write| settings::save_staff(write, &draft)) }
    fn devices(office) -> DevicesView { device::list(office) }
    fn rename_device(office, replica: String, name: String) -> () { device::rename(office, &replica, &name) }
    fn revoke_device(office, replica: String, reason: String) -> () { device::revoke(office, &replica, &reason) }
    fn approve_device(office, replica: String) -> () { device::approve(office, &replica) }
    fn pair_code(office, input: PairInput) -> PairCodeView { device::pair_code(office, &input) }
    fn connect_server(office, input: ConnectInput) -> () { device::connect(office, &input) }

    fn conflicts(office) -> Vec<Conflict> { office.read(crate::api::conflict::list) }
    fn settle_conflict(office, document: String, path: String, choice: usize) -> () {
        office.write(|write| crate::api::conflict::settle(write, &document, &path, choice))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_screens_call_every_command_by_its_name_and_no_other() {
        let calls = include_str!("../ui/src/lib/api/index.ts");
        let quoted = |line: &str| {
            line.split_once('(').map(|(before, _)| before).is_some().then(|| line.split('\'').nth(1).map(str::to_owned)).flatten()
        };
        let called: BTreeSet<String> =
            calls.split("call<").skip(1).chain(calls.split("invoke<").skip(1)).filter_map(quoted).collect();
        let known: BTreeSet<String> = NAMES.iter().map(|name| (*name).to_owned()).collect();
        let called: BTreeSet<String> = called.into_iter().filter(|name| name != "@tauri-apps/api/core").collect();
        assert_eq!(called, known);
    }
}
