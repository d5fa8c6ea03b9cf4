//! The keyboard: which keys are a scan, which are a command, which are a number being typed.

use egui::{Context, Event, Key, Modifiers};
use tradepost_devices::scanner::GAP_MS_MAX;
use tradepost_devices::{Key as ScanKey, Keystroke, ScanDetector};

use crate::command::Command;

/// Tells scans from typing in a window: keys arrive with the frame that reads them, and were pressed since the one before.
#[derive(Default)]
pub struct Scans {
    detector: ScanDetector,
    last_read_ms: u64,
}

impl Scans {
    /// Takes the keys of this frame, gives back to egui what was typed, and returns what was scanned.
    pub fn read(&mut self, ctx: &Context) -> Vec<String> {
        let at_ms = ctx.input(|input| (input.time * 1000.0) as u64);
        let after_ms = std::mem::replace(&mut self.last_read_ms, at_ms);
        let (mut kept, mut scanned) = (Vec::new(), Vec::new());
        let mut put = |kept: &mut Vec<Event>, strokes: Vec<Keystroke>| {
            for stroke in strokes {
                match stroke {
                    Keystroke::Typed(key) => kept.extend(event_of(key)),
                    Keystroke::Scanned(code) => scanned.push(code),
                }
            }
        };
        ctx.input_mut(|input| {
            for event in std::mem::take(&mut input.events) {
                let keys = keys_of_scan(&event);
                if keys.is_empty() {
                    // It comes after what was typed before it.
                    let is_done = does_something(&event);
                    put(&mut kept, if is_done { self.detector.release() } else { Vec::new() });
                    kept.push(event);
                }
                keys.into_iter().for_each(|key| put(&mut kept, self.detector.press(key, after_ms, at_ms)));
            }
            put(&mut kept, self.detector.wait_until(at_ms));
            input.events = kept;
        });
        if self.detector.is_holding() {
            ctx.request_repaint_after(std::time::Duration::from_millis(GAP_MS_MAX + 1));
        }
        scanned
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "only text and two keys concern a scan")]
fn keys_of_scan(event: &Event) -> Vec<ScanKey> {
    match event {
        Event::Text(text) => text.chars().map(ScanKey::Character).collect(),
        Event::Key { key: Key::Enter, pressed: true, modifiers, .. } if modifiers.is_none() => vec![ScanKey::Enter],
        Event::Key { key: Key::Tab, pressed: true, modifiers, .. } if modifiers.is_none() => vec![ScanKey::Tab],
        _ => Vec::new(),
    }
}

/// Whether a person did something that may depend on what was typed before: a click, a key that edits or commands. Keys of characters do not,
/// they come with their text.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other events tell of no doing")]
fn does_something(event: &Event) -> bool {
    match event {
        Event::PointerButton { .. } | Event::Paste(_) | Event::Cut => true,
        // Scanners send the separator of GS1 codes as Ctrl and this key.
        Event::Key { key: Key::CloseBracket, .. } => false,
        Event::Key { pressed: true, modifiers, .. } if modifiers.command => true,
        Event::Key { key, pressed: true, .. } => {
            let edits =
                matches!(key, Key::Backspace | Key::Delete | Key::Escape | Key::Home | Key::End | Key::PageUp | Key::PageDown);
            let moves = matches!(key, Key::ArrowUp | Key::ArrowDown | Key::ArrowLeft | Key::ArrowRight);
            edits || moves || (Key::F1..=Key::F35).contains(key)
        }
        _ => false,
    }
}

fn event_of(key: ScanKey) -> Option<Event> {
    let press = |key: Key| Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers: Modifiers::NONE };
    match key {
        ScanKey::Character(typed) => Some(Event::Text(typed.to_string())),
        ScanKey::Enter => Some(press(Key::Enter)),
        ScanKey::Tab => Some(press(Key::Tab)),
    }
}

/// The commands among `active` whose keys were pressed, a step as often as it was pressed. `keep_enter`: a focused control wants Enter for itself.
pub fn commands(ctx: &Context, active: &[Command], keep_enter: bool) -> Vec<Command> {
    let wants = |command: &Command| command.info().key.filter(|key| !(keep_enter && key.logical_key == Key::Enter));
    ctx.input_mut(|input| {
        let mut times = |command: &Command| {
            let pressed = wants(command).map_or(0, |key| input.count_and_consume_key(key.modifiers, key.logical_key));
            if command.is_step() { pressed } else { pressed.min(1) }
        };
        active.iter().flat_map(|command| std::iter::repeat_n(*command, times(command))).collect()
    })
}

/// The digits, points and deletions of this frame, taken from the events.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other events stay as they are")]
pub fn number_keys(ctx: &Context) -> Vec<char> {
    let mut typed = Vec::new();
    ctx.input_mut(|input| {
        input.events.retain(|event| match event {
            Event::Text(text) if text.chars().all(|key| key.is_ascii_digit() || key == '.' || key == ',') => {
                typed.extend(text.chars());
                false
            }
            Event::Key { key: Key::Backspace, pressed: true, .. } => {
                typed.push('\u{8}');
                false
            }
            _ => true,
        });
    });
    typed
}
