//! No key panics, and no two commands of one screen share a key.

use std::sync::Arc;

use egui::{Event, Key, Modifiers};
use egui_kittest::Harness;
use tradepost_domain::id::LineId;
use tradepost_till::app::{Asks, TillApp};
use tradepost_till::ask::{Ask, ThemeChoice};
use tradepost_till::inbox::Inbox;
use tradepost_till::model::{Model, Stage};
use tradepost_till::view::Panel;

struct Deaf;
impl Asks for Deaf {
    fn ask(&self, _: Ask) -> bool {
        true
    }
    fn search(&self, _: &str) {}
    fn picture(&self, _: &str) -> bool {
        false
    }
}

const PANELS: [Panel; 23] = [
    Panel::Finder,
    Panel::Line(LineId::from_bytes([1; 16])),
    Panel::Discount,
    Panel::Note,
    Panel::Park,
    Panel::Parked,
    Panel::Pay,
    Panel::Finished,
    Panel::FindSale,
    Panel::Refund,
    Panel::ReturnGoods,
    Panel::OpenLine,
    Panel::Customer,
    Panel::NewCustomer,
    Panel::Approve,
    Panel::Cash,
    Panel::Report,
    Panel::Close,
    Panel::ZReport,
    Panel::Menu,
    Panel::Settings,
    Panel::PrintQueue,
    Panel::Away,
];

fn stages() -> [Stage; 7] {
    [Stage::Opening, Stage::NoShop, Stage::Pairing, Stage::Broken("No".into()), Stage::SignIn, Stage::NoSession, Stage::Selling]
}

/// Opens every stage and panel and hands the application over.
fn for_each_screen(mut check: impl FnMut(&str, &mut Harness<'_, Option<TillApp>>)) {
    for stage in stages() {
        let panels = if stage == Stage::Selling { &PANELS[..] } else { &PANELS[..1] };
        for panel in panels.iter().copied() {
            let model = Model { stage: stage.clone(), ..Model::default() };
            let inbox = Inbox::default();
            inbox.leave_model(Arc::new(model));
            let mut harness =
                Harness::builder().with_size([1280.0, 800.0]).with_context_setup(tradepost_till::theme::install).build_ui_state(
                    move |ui, app: &mut Option<TillApp>| {
                        let app =
                            app.get_or_insert_with(|| TillApp::new(ui.ctx(), inbox.clone(), Box::new(Deaf), ThemeChoice::Light));
                        app.frame(ui);
                    },
                    None,
                );
            let (model, view) = harness.state_mut().as_mut().unwrap().state();
            view.open(panel, &model.clone());
            check(&format!("{stage:?} {panel:?}"), &mut harness);
        }
    }
}

#[test]
fn no_two_commands_of_one_screen_share_a_key() {
    for_each_screen(|screen, harness| {
        let active = harness.state().as_ref().unwrap().active_commands();
        let keys: Vec<_> = active.iter().filter_map(|command| command.key_name().map(|key| (key, *command))).collect();
        for (index, (key, command)) in keys.iter().enumerate() {
            let same = keys[index + 1..].iter().find(|(other, _)| other == key);
            assert!(same.is_none(), "{screen}: {key} is {command:?} and {same:?}");
        }
    });
}

#[test]
fn every_key_on_every_screen_of_an_empty_shop_is_harmless() {
    let keys = [
        Key::Escape,
        Key::Enter,
        Key::Tab,
        Key::Backspace,
        Key::Delete,
        Key::ArrowUp,
        Key::ArrowDown,
        Key::F1,
        Key::F2,
        Key::F3,
        Key::F4,
        Key::F5,
        Key::F6,
        Key::F7,
        Key::F8,
        Key::F9,
        Key::F10,
        Key::F11,
        Key::F12,
        Key::Comma,
        Key::P,
        Key::D,
        Key::O,
        Key::U,
        Key::I,
    ];
    for_each_screen(|_, harness| {
        for key in keys {
            for modifiers in [Modifiers::NONE, Modifiers::COMMAND] {
                let press = |pressed| Event::Key { key, physical_key: None, pressed, repeat: false, modifiers };
                let typed = ["9", ".", "ä"].map(|typed| Event::Text(typed.to_owned()));
                harness.input_mut().events.extend([press(true), press(false)].into_iter().chain(typed));
                harness.step();
            }
        }
    });
}
