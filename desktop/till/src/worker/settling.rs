//! What is recorded: signing in, the drawer, sales, refunds; and what is printed of it.

use std::sync::Arc;

use tradepost_domain::basket::Basket;
use tradepost_domain::id::{BasketId, FactId, LineId, SaleId, StaffId};
use tradepost_domain::money::Money;
use tradepost_domain::quantity::Quantity;
use tradepost_domain::refund::RefundRequest;
use tradepost_domain::sale::{GoodsReturn, ReceiptNumber, Tender, TenderType};
use tradepost_domain::staff::Permission;
use tradepost_domain::till_session::{CashCount, CashMovementKind};
use tradepost_operations::read::SaleFilter;
use tradepost_operations::{
    By, Checkout, OperationError, PrintWhat, ReceiptChoice, Recorded, RefundOrder, RefundTender, Refunded, Refusal,
    UnreceiptedRefund,
};

use super::desk::{Desk, OpenShop};
use super::printing::Order;
use crate::ask::{Ask, News, ThemeChoice};
use crate::model::{Finished, FinishedKind, Refunding};
use crate::words::Shown;

type Outcome<T> = Result<T, OperationError>;

impl Desk {
    #[expect(clippy::wildcard_enum_match_arm, reason = "what changes the basket was done before")]
    pub(super) fn settle_it(&mut self, ask: Ask) -> Outcome<Option<News>> {
        match ask {
            Ask::SignIn { staff, pin } => self.sign_in(staff, &pin),
            Ask::SignOut => self.sign_out(),
            Ask::Approve { staff, pin, permission } => self.approve(staff, &pin, permission),
            Ask::EndApproval => {
                self.model.approval = None;
                Ok(None)
            }
            Ask::RefundGoods { goods, tender, reason } => self.refund_goods(goods, tender, reason),
            Ask::OpenSession { opening_float } => self.open_session(opening_float),
            Ask::Park { label } => self.park(&label),
            Ask::Recall(id) => self.recall(id),
            Ask::DropParked(id) => self.drop_parked(id),
            Ask::Complete { tenders } => self.complete(tenders),
            Ask::ListSales => {
                self.refresh_recent();
                Ok(None)
            }
            Ask::FindReceipt(text) => self.find_receipt(&text),
            Ask::ShowRefundable(sale) => self.show_refundable(sale),
            Ask::DropRefund => {
                self.model.refunding = None;
                Ok(None)
            }
            Ask::Refund { sale, lines, tender, reason } => self.refund(sale, lines, tender, reason),
            Ask::MoveCash { kind, amount, reason } => self.move_cash(kind, amount, &reason),
            Ask::KickDrawer => self.kick_drawer(),
            Ask::ShowXReport => self.show_x_report(),
            Ask::PrintXReport => self.print_x_report(),
            Ask::CloseSession { count } => self.close_session(count),
            Ask::PrintAgain(_) => {
                self.print(Order::Queue);
                Ok(None)
            }
            Ask::PrintSale(sale) => self.reprint(PrintWhat::Sale(sale)),
            Ask::PrintLast => self.print_last(),
            Ask::PrintZReport => self.print_z_report(),
            Ask::SetPrinter { address } => Ok(Some(self.set_printer(address))),
            Ask::SetTheme(theme) => Ok(self.set_theme(theme)),
            Ask::AwayRead => {
                self.model.away = None;
                Ok(None)
            }
            // Handled before: pairing, and what changes the basket.
            _ => Ok(None),
        }
    }

    fn sign_in(&mut self, staff: StaffId, pin: &str) -> Outcome<Option<News>> {
        let Some(open) = &mut self.open else { return Ok(None) };
        let member = open.shop.staff_sign_in(&mut OpenShop::by(&mut open.env, &self.model), staff, pin)?;
        self.model.signed_in = Some(Arc::new(member));
        self.model.approval = None;
        self.refresh_shop()?;
        self.set_stage();
        Ok(Some(News::SignedIn))
    }

    fn sign_out(&mut self) -> Outcome<Option<News>> {
        if let Some(open) = &mut self.open {
            open.shows_z = false;
        }
        self.model.signed_in = None;
        self.model.refunding = None;
        self.model.choices = None;
        self.refresh_shop()?;
        self.set_stage();
        Ok(None)
    }

    fn open_session(&mut self, opening_float: Money) -> Outcome<Option<News>> {
        let Some(open) = &mut self.open else { return Ok(None) };
        let Some(till) = &open.till else { return Err(OperationError::NotFound { what: "this till" }) };
        open.shop.open_session(&mut OpenShop::by(&mut open.env, &self.model), till.id, opening_float)?;
        self.model.finished = None;
        self.model.z_report = None;
        self.refresh_shop()?;
        self.set_stage();
        Ok(Some(News::SessionOpened))
    }

    fn park(&mut self, label: &str) -> Outcome<Option<News>> {
        let Some(open) = &mut self.open else { return Ok(None) };
        let by = &mut OpenShop::by(&mut open.env, &self.model);
        open.shop.park(by, &open.basket, label)?;
        open.basket = open.shop.current_basket(by)?;
        self.refresh_shop()?;
        Ok(Some(News::Parked))
    }

    fn recall(&mut self, id: tradepost_domain::id::BasketId) -> Outcome<Option<News>> {
        let Some(open) = &mut self.open else { return Ok(None) };
        open.basket = open.shop.recall(&mut OpenShop::by(&mut open.env, &self.model), id)?.basket;
        self.refresh_shop()?;
        Ok(Some(News::Recalled))
    }

    fn drop_parked(&mut self, id: tradepost_domain::id::BasketId) -> Outcome<Option<News>> {
        let Some(open) = &mut self.open else { return Ok(None) };
        open.shop.drop_parked(&mut OpenShop::by(&mut open.env, &self.model), id)?;
        self.refresh_shop()?;
        Ok(None)
    }

    fn complete(&mut self, tenders: Vec<Tender>) -> Outcome<Option<News>> {
        let receipt = self.receipt_choice();
        let Some(open) = &mut self.open else { return Ok(None) };
        let (Some(till), Some(session)) = (&open.till, open.session) else { return Err(no_session()) };
        let checkout = Checkout { basket: open.basket.clone(), tenders, till: till.id, session, receipt };
        let by = &mut OpenShop::by(&mut open.env, &self.model);
        let completed = open.shop.complete_ahead(by, checkout)?;
        let sale = completed.sale;
        // From here on the sale is on disk; whatever fails now does not undo it.
        self.open_drawer_for(&sale.tenders);
        self.model.approval = None;
        let Some(open) = &mut self.open else { return Ok(None) };
        open.shop.apply_ahead();
        open.basket = open.shop.current_basket(&mut OpenShop::by(&mut open.env, &self.model))?;
        let what = PrintWhat::Sale(sale.id);
        let tenders = sale.tenders.iter().map(|tender| (tender.tender_type, tender.amount)).collect();
        self.model.finished = Some(Arc::new(Finished {
            kind: FinishedKind::Sale,
            receipt_number: sale.receipt_number.to_string(),
            gross: sale.gross.checked_add(sale.cash_rounding).unwrap_or(sale.gross),
            change_due: sale.change_due,
            tenders,
            print_job: None,
        }));
        self.after_recording(sale.id.into(), &completed.recorded, what)?;
        Ok(Some(News::Finished))
    }

    fn open_drawer_for(&self, tenders: &[Tender]) {
        if tenders.iter().any(Tender::is_cash) {
            self.print(Order::Kick);
        }
    }

    /// Printer and screen, after a sale or refund.
    fn after_recording(&mut self, fact: FactId, recorded: &Recorded, what: PrintWhat) -> Outcome<()> {
        if let Some(open) = &mut self.open {
            open.codes.put(fact, recorded.hash.to_string().chars().take(8).collect());
            open.last_print = Some(what);
        }
        self.refresh_shop()?;
        let queue = self.open.as_ref().map(|open| open.shop.print_queue()).transpose()?.unwrap_or_default();
        let job = queue.into_iter().rev().find(|job| job.what == what).map(|job| job.id);
        if let Some(finished) = self.model.finished.take() {
            self.model.finished = Some(Arc::new(Finished { print_job: job, ..(*finished).clone() }));
        }
        self.print(Order::Queue);
        Ok(())
    }

    fn receipt_choice(&self) -> ReceiptChoice {
        if self.preferences.printer.trim().is_empty() { ReceiptChoice::NoPaper } else { ReceiptChoice::Print }
    }

    /// The sale of a receipt, by its number as typed or as scanned from its code.
    pub(super) fn find_receipt(&mut self, text: &str) -> Outcome<Option<News>> {
        let Some(open) = &self.open else { return Ok(None) };
        let number: Result<ReceiptNumber, _> = text.trim().to_uppercase().parse();
        let Ok(number) = number else {
            return Ok(Some(News::Failed(format!(
                "{} is not a receipt number: it reads like T01-1-000123, at the top of the receipt.",
                text.trim()
            ))));
        };
        let sale = open.reader.sales_by_receipt(&number)?.into_iter().next();
        match sale {
            Some(sale) => self.show_refundable(sale.id),
            None => {
                let words =
                    format!("Receipt {number} is not known here. If it is from another till, it may not have arrived yet.");
                Ok(Some(News::Failed(words)))
            }
        }
    }

    fn show_refundable(&mut self, id: SaleId) -> Outcome<Option<News>> {
        let Some(open) = &self.open else { return Ok(None) };
        let sale = open.reader.sale(id)?.ok_or(OperationError::NotFound { what: "this sale" })?;
        let lines = open.shop.refundable(id)?;
        self.model.refunding = Some(Arc::new(Refunding { sale, lines }));
        Ok(Some(News::RefundOpened))
    }

    fn refund(
        &mut self,
        sale: SaleId,
        lines: Vec<(LineId, Quantity, GoodsReturn)>,
        tender: TenderType,
        reason: String,
    ) -> Outcome<Option<News>> {
        let receipt = self.receipt_choice();
        let Some(open) = &mut self.open else { return Ok(None) };
        let (Some(till), Some(session)) = (&open.till, open.session) else { return Err(no_session()) };
        let lines = lines.into_iter().map(|(line, quantity, goods)| RefundRequest { line, quantity, goods }).collect();
        let order = RefundOrder { sale, lines, tender: refund_tender(tender), till: till.id, session, reason, receipt };
        let by = &mut By { staff: self.model.who_may(Permission::Refund), ..OpenShop::by(&mut open.env, &self.model) };
        let refunded = open.shop.refund(by, order)?;
        self.refunded(refunded)
    }

    /// Takes what is in the basket back. Whoever may change prices answers for it: nobody can check what was paid.
    fn refund_goods(&mut self, goods: GoodsReturn, tender: TenderType, reason: String) -> Outcome<Option<News>> {
        let receipt = self.receipt_choice();
        let Some(open) = &mut self.open else { return Ok(None) };
        let (Some(till), Some(session)) = (&open.till, open.session) else { return Err(no_session()) };
        let approver = self.model.who_may(Permission::Discount);
        let seller = self.model.signed_in.as_ref().filter(|staff| Some(staff.id) != approver);
        let reason = seller.map_or(reason.clone(), |seller| format!("{reason} ({} at the till)", seller.name));
        let order = UnreceiptedRefund {
            basket: open.basket.clone(),
            goods,
            tender: refund_tender(tender),
            till: till.id,
            session,
            reason,
            receipt,
        };
        let by = &mut By { staff: approver, ..OpenShop::by(&mut open.env, &self.model) };
        let refunded = open.shop.refund_without_receipt(by, order)?;
        // From here on the refund is on disk, and the counter is empty there.
        open.basket = Basket::new(BasketId::from_bytes(by.new_id()));
        self.refunded(refunded)
    }

    fn refunded(&mut self, refunded: Refunded) -> Outcome<Option<News>> {
        let refund = refunded.refund;
        self.open_drawer_for(&refund.tenders);
        self.model.approval = None;
        self.model.refunding = None;
        self.model.finished = Some(Arc::new(Finished {
            kind: FinishedKind::Refund,
            receipt_number: refund.receipt_number.to_string(),
            gross: refund.gross.checked_add(refund.cash_rounding).unwrap_or(refund.gross),
            change_due: Money::zero(refund.gross.currency),
            tenders: refund.tenders.iter().map(|tender| (tender.tender_type, tender.amount)).collect(),
            print_job: None,
        }));
        self.after_recording(refund.id.into(), &refunded.recorded, PrintWhat::Refund(refund.id))?;
        Ok(Some(News::Finished))
    }

    fn move_cash(&mut self, kind: CashMovementKind, amount: Money, reason: &str) -> Outcome<Option<News>> {
        let Some(open) = &mut self.open else { return Ok(None) };
        let session = open.session.ok_or_else(no_session)?;
        open.shop.cash_moved(&mut OpenShop::by(&mut open.env, &self.model), session, kind, amount, reason)?;
        self.print(Order::Kick);
        let words = match kind {
            CashMovementKind::PaidIn => format!("{} paid in.", amount.shown()),
            CashMovementKind::PaidOut => format!("{} paid out.", amount.shown()),
            CashMovementKind::SafeDrop => format!("{} dropped into the safe.", amount.shown()),
        };
        Ok(Some(News::CashMoved(words)))
    }

    fn kick_drawer(&mut self) -> Outcome<Option<News>> {
        if !self.model.may(Permission::RunTill) {
            return Err(OperationError::NotPermitted { permission: Permission::RunTill });
        }
        if self.preferences.printer.trim().is_empty() {
            return Ok(Some(News::Failed("The drawer opens through the printer, and none is set up: see Settings.".to_owned())));
        }
        self.print(Order::Kick);
        Ok(None)
    }

    fn show_x_report(&mut self) -> Outcome<Option<News>> {
        let Some(open) = &self.open else { return Ok(None) };
        let session = open.session.ok_or_else(no_session)?;
        self.model.x_report = Some(Arc::new(open.shop.x_report(session)?.totals));
        Ok(None)
    }

    fn print_x_report(&mut self) -> Outcome<Option<News>> {
        let session = self.open.as_ref().and_then(|open| open.session).ok_or_else(no_session)?;
        self.reprint(PrintWhat::XReport(session))
    }

    fn close_session(&mut self, count: CashCount) -> Outcome<Option<News>> {
        let Some(open) = &mut self.open else { return Ok(None) };
        let session = open.session.ok_or_else(no_session)?;
        let closed = open.shop.close_session(&mut OpenShop::by(&mut open.env, &self.model), session, count)?;
        open.shows_z = true;
        self.model.z_report = Some(Arc::new(closed.report));
        self.model.finished = None;
        self.refresh_shop()?;
        self.set_stage();
        self.print(Order::Queue);
        Ok(Some(News::SessionClosed))
    }

    fn reprint(&mut self, what: PrintWhat) -> Outcome<Option<News>> {
        if self.preferences.printer.trim().is_empty() {
            return Ok(Some(News::Failed(NO_PRINTER.to_owned())));
        }
        let Some(open) = &mut self.open else { return Ok(None) };
        open.shop.reprint(&mut OpenShop::by(&mut open.env, &self.model), what)?;
        self.refresh_prints();
        self.print(Order::Queue);
        Ok(Some(News::Done("It is on its way to the printer.".to_owned())))
    }

    fn print_last(&mut self) -> Outcome<Option<News>> {
        let Some(open) = &self.open else { return Ok(None) };
        let last = match (open.last_print, &open.till) {
            (Some(what), _) => Some(what),
            (None, Some(till)) => {
                let filter = SaleFilter { till: Some(till.id), ..SaleFilter::default() };
                open.reader.sales(&filter, 1, 0)?.into_iter().next().map(|sale| PrintWhat::Sale(sale.id))
            }
            (None, None) => None,
        };
        match last {
            Some(what) => self.reprint(what),
            None => Ok(Some(News::Failed("Nothing was sold at this till yet.".to_owned()))),
        }
    }

    fn print_z_report(&mut self) -> Outcome<Option<News>> {
        match self.model.z_report.as_ref().map(|closed| closed.session) {
            Some(session) => self.reprint(PrintWhat::ZReport(session)),
            None => Ok(None),
        }
    }

    fn set_printer(&mut self, address: String) -> News {
        self.preferences.printer.clone_from(&address);
        self.model.printer.address.clone_from(&address);
        self.model.printer.problem = None;
        self.print(Order::Printer(address));
        match self.preferences.write(&self.start.folder) {
            Ok(()) => News::Done("Saved. Receipts go to this printer from now on.".to_owned()),
            Err(problem) => {
                News::Failed(format!("It works until the till is closed, but could not be saved ({problem}): is the disk full?"))
            }
        }
    }

    fn set_theme(&mut self, theme: ThemeChoice) -> Option<News> {
        self.preferences.theme = theme;
        let problem = self.preferences.write(&self.start.folder).err()?;
        Some(News::Failed(format!("The look could not be saved ({problem}): is the disk full?")))
    }
}

fn refund_tender(tender: TenderType) -> RefundTender {
    match tender {
        TenderType::Cash => RefundTender::Cash,
        TenderType::ExternalCard => RefundTender::ExternalCard { reference: String::new() },
        TenderType::Other => RefundTender::Other { reference: String::new() },
    }
}

const NO_PRINTER: &str = "No printer is set up: enter its address in the settings.";

fn no_session() -> OperationError {
    Refusal::NoOpenSession { till: "this till".to_owned() }.into()
}
