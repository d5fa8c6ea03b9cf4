//! What a quick person presses before the shop has answered: nothing of it is lost, and nothing is done twice.

use std::sync::{Arc, Mutex};

use egui::{Event, Key, Modifiers};
use egui_kittest::Harness;

use tradepost_domain::customer::Customer;
use tradepost_domain::id::CustomerId;
use tradepost_domain::shop::Address;
use tradepost_till::app::{Asks, TillApp};
use tradepost_till::ask::{Ask, ThemeChoice};
use tradepost_till::inbox::Inbox;
use tradepost_till::model::{FoundCustomers, Model, Stage};
use tradepost_till::view::Panel;

use super::bench::{Bench, MUG};

/// A shop that writes down what it is asked and answers only what the test leaves for the screen.
#[derive(Clone, Default)]
struct Slow {
    asked: Arc<Mutex<Vec<Ask>>>,
}

impl Asks for Slow {
    fn ask(&self, ask: Ask) -> bool {
        self.asked.lock().unwrap().push(ask);
        true
    }
    fn search(&self, _: &str) {}
    fn picture(&self, _: &str) -> bool {
        false
    }
}

impl Slow {
    fn chosen(&self) -> Vec<Option<CustomerId>> {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter_map(|ask| if let Ask::SetCustomer(customer) = ask { Some(*customer) } else { None }).collect()
    }
}

/// The list of customers on the screen of a slow shop.
fn at_the_customers() -> (Slow, Inbox, Harness<'static, Option<TillApp>>) {
    let (slow, inbox) = (Slow::default(), Inbox::default());
    inbox.leave_model(Arc::new(selling(FoundCustomers::default())));
    let (asks, shelf) = (slow.clone(), inbox.clone());
    let builder = Harness::builder().with_size([1280.0, 800.0]).with_context_setup(tradepost_till::theme::install);
    let mut harness = builder.build_ui_state(
        move |ui, app: &mut Option<TillApp>| {
            let new = || TillApp::new(ui.ctx(), shelf.clone(), Box::new(asks.clone()), ThemeChoice::Light);
            app.get_or_insert_with(new).frame(ui);
        },
        None,
    );
    let (model, view) = harness.state_mut().as_mut().unwrap().state();
    view.open(Panel::Customer, model);
    harness.step();
    (slow, inbox, harness)
}

fn selling(customers: FoundCustomers) -> Model {
    Model { stage: Stage::Selling, customers: Arc::new(customers), ..Model::default() }
}

fn ada() -> Customer {
    Customer {
        id: CustomerId::from_bytes([7; 16]),
        name: "Ada King".to_owned(),
        email: String::new(),
        phone: String::new(),
        address: Address::default(),
        note: String::new(),
    }
}

fn type_slowly(harness: &mut Harness<'static, Option<TillApp>>, text: &str) {
    for typed in text.chars() {
        harness.event(Event::Text(typed.to_string()));
        harness.step();
    }
    // The scanner's patience is over when the harness's clock has gone on a little.
    harness.run_steps(8);
}

#[test]
fn enter_on_a_customers_name_holds_until_the_list_is_here() {
    let (slow, inbox, mut harness) = at_the_customers();
    type_slowly(&mut harness, "kin");
    harness.key_press(Key::Enter);
    harness.run_steps(8);
    assert_eq!(slow.chosen(), [], "nobody is chosen from the list of an earlier search");
    inbox.leave_model(Arc::new(selling(FoundCustomers { text: "kin".to_owned(), rows: vec![ada()] })));
    harness.run_steps(3);
    assert_eq!(slow.chosen(), [Some(ada().id)], "and once");
}

#[test]
fn enter_does_not_hold_for_a_name_that_was_typed_on() {
    let (slow, inbox, mut harness) = at_the_customers();
    type_slowly(&mut harness, "kin");
    harness.key_press(Key::Enter);
    harness.run_steps(8);
    type_slowly(&mut harness, "g");
    inbox.leave_model(Arc::new(selling(FoundCustomers { text: "king".to_owned(), rows: vec![ada()] })));
    harness.run_steps(3);
    assert_eq!(slow.chosen(), []);
}

#[test]
fn two_quick_presses_of_one_more_are_two_more() {
    let (_root, mut bench) = Bench::ready("");
    bench.scan(MUG);
    bench.until("Stoneware mug, 1, 18.00");
    // Both in one frame; the second does not know what becomes of the first.
    let press =
        |pressed| Event::Key { key: Key::ArrowUp, physical_key: None, pressed, repeat: false, modifiers: Modifiers::COMMAND };
    bench.harness.input_mut().events.extend([true, false, true, false].map(press));
    bench.until("Stoneware mug, 3, 54.00");
    bench.close();
}

#[test]
fn what_was_typed_before_a_key_that_edits_is_there_when_it_edits() {
    let (_root, mut bench) = Bench::ready("");
    bench.scan(MUG);
    bench.until("Stoneware mug, 1, 18.00");
    bench.press(Key::F12);
    bench.until("To pay");
    let press =
        |pressed| Event::Key { key: Key::Backspace, physical_key: None, pressed, repeat: false, modifiers: Modifiers::NONE };
    // All in one frame, as on a computer that is slow for a moment.
    let typed = ["5", "0", "0"].map(|digit| Event::Text(digit.to_owned()));
    bench.harness.input_mut().events.extend(typed.into_iter().chain([true, false].map(press)));
    bench.until("Change 32.00");
    bench.close();
}

#[test]
fn a_separator_within_a_code_does_not_cut_the_scan() {
    let (_root, mut bench) = Bench::ready("");
    let press = |key, modifiers| Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers };
    let (first, rest) = MUG.split_at(6);
    let typed = |part: &'static str| part.chars().map(|typed| Event::Text(typed.to_string()));
    let events = &mut bench.harness.input_mut().events;
    events.extend(typed(first));
    events.push(press(Key::CloseBracket, Modifiers::COMMAND));
    events.extend(typed(rest));
    events.push(press(Key::Enter, Modifiers::NONE));
    bench.harness.step();
    bench.until("Stoneware mug, 1, 18.00");
    bench.close();
}
