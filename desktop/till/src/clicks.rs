//! A click counts where it was made, also where the pointer went on before the next frame.

use egui::{Event, RawInput};

/// Holds back what came after a click until the frame after it. egui takes the pointer to be where it was last in a frame, so a
/// click with a move behind it in one slow frame would meet nothing.
#[derive(Debug, Default)]
pub struct Clicks {
    later: Vec<Event>,
}

impl Clicks {
    /// Leaves in `input` what this frame shall see, in order. Whether something is left for another one.
    pub fn keep_in_place(&mut self, input: &mut RawInput) -> bool {
        let mut events = std::mem::take(&mut self.later);
        events.append(&mut input.events);
        let click = events.iter().position(|event| matches!(event, Event::PointerButton { pressed: false, .. }));
        if let Some(end) = click.map(|click| click + 1)
            && events.iter().skip(end).any(|event| matches!(event, Event::PointerMoved(_)))
        {
            self.later = events.split_off(end);
        }
        input.events = events;
        !self.later.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use egui::{Modifiers, PointerButton, Pos2};

    use super::*;

    fn moved(x: f32) -> Event {
        Event::PointerMoved(Pos2::new(x, 0.0))
    }

    fn button(x: f32, pressed: bool) -> Event {
        Event::PointerButton { pos: Pos2::new(x, 0.0), button: PointerButton::Primary, pressed, modifiers: Modifiers::NONE }
    }

    /// The frames in which events of one frame arrive.
    fn frames(events: Vec<Event>) -> Vec<Vec<Event>> {
        let (mut clicks, mut frames) = (Clicks::default(), Vec::new());
        let mut input = RawInput { events, ..RawInput::default() };
        while clicks.keep_in_place(&mut input) {
            frames.push(std::mem::take(&mut input.events));
        }
        frames.push(input.events);
        frames
    }

    #[test]
    fn what_comes_after_a_click_waits_for_the_next_frame() {
        let click = |x| [moved(x), button(x, true), button(x, false)];
        let all = [click(1.0).to_vec(), click(2.0).to_vec(), vec![moved(3.0)]].concat();
        assert_eq!(frames(all), [click(1.0).to_vec(), click(2.0).to_vec(), vec![moved(3.0)]]);
    }

    #[test]
    fn without_a_click_before_a_move_nothing_waits() {
        let all =
            vec![moved(1.0), Event::Text("a".to_owned()), button(1.0, true), button(1.0, false), Event::Text("b".to_owned())];
        assert_eq!(frames(all.clone()), [all]);
    }
}
