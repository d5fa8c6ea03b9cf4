//! The keyboard: which keys are a scan, which are a command, which are a number being typed.

use egui::{Context, Event, Key, Modifiers};
use tradepost_devices::scanner::GAP_MS_MAX;
use tradepost_devices::{Key as ScanKey, Keystroke, ScanDetector};

use crate::command::Command;

/// Tells scans from typing in a window whose frames take their time.
///
/// Keys arrive with the frame that reads them, so the time a frame took to draw is taken out of the pauses between keys: a slow
/// frame in the middle of a scan does not make typing of it.
#[derive(Default)]
pub struct Scans {
    detector: ScanDetector,
    clock_ms: f64,
    last_time: Option<f64>,
}

impl Scans {
    /// Takes the keys of this frame, gives back to egui what was typed, and returns what was scanned.
    #[expect(clippy::wildcard_enum_match_arm, reason = "only text and two keys concern a scan")]
    pub fn read(&mut self, ctx: &Context, frame_seconds: f32) -> Vec<String> {
        let now = ctx.input(|input| input.time);
        let passed = now - self.last_time.unwrap_or(now);
        self.last_time = Some(now);
        let pause_ms = ((passed - f64::from(frame_seconds)) * 1000.0).max(0.0);
        // A person's pause shows as a frame without keys, which is asked for below. A frame that brings keys came late at most: what it brings may go on
        // where the last one ended.
        let brings_keys = ctx.input(|input| input.events.iter().any(is_key_of_scan));
        self.clock_ms += if brings_keys { pause_ms.min(GAP_MS_MAX as f64) } else { pause_ms };
        let at_ms = self.clock_ms as u64;
        let mut scanned = Vec::new();
        ctx.input_mut(|input| {
            let mut kept = Vec::with_capacity(input.events.len());
            let mut put = |kept: &mut Vec<Event>, stroke: Keystroke| match stroke {
                Keystroke::Typed(key) => kept.extend(event_of(key)),
                Keystroke::Scanned(code) => scanned.push(code),
            };
            self.detector.wait_until(at_ms).into_iter().for_each(|stroke| put(&mut kept, stroke));
            for event in std::mem::take(&mut input.events) {
                let strokes = match &event {
                    Event::Text(text) => {
                        let keys = text.chars().flat_map(|typed| self.detector.press(ScanKey::Character(typed), at_ms));
                        keys.collect::<Vec<_>>()
                    }
                    Event::Key { key: Key::Enter, pressed: true, modifiers, .. } if modifiers.is_none() => {
                        self.detector.press(ScanKey::Enter, at_ms)
                    }
                    Event::Key { key: Key::Tab, pressed: true, modifiers, .. } if modifiers.is_none() => {
                        self.detector.press(ScanKey::Tab, at_ms)
                    }
                    _ => {
                        kept.push(event);
                        continue;
                    }
                };
                strokes.into_iter().for_each(|stroke| put(&mut kept, stroke));
            }
            input.events = kept;
        });
        if self.detector.is_holding() {
            ctx.request_repaint_after(std::time::Duration::from_millis(GAP_MS_MAX + 1));
        }
        scanned
    }
}

fn is_key_of_scan(event: &Event) -> bool {
    matches!(event, Event::Text(_) | Event::Key { key: Key::Enter | Key::Tab, pressed: true, .. })
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
