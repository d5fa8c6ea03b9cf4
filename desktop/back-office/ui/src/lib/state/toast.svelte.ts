// Short news at the foot of the window: done (with undo), or what failed and what to do next. While a dialog is open, what failed stands in it.
import { failure } from '../api';

export interface Toast {
  id: number;
  text: string;
  tone: 'done' | 'failed';
  action?: { label: string; run: () => Promise<unknown> } | undefined;
}

const SHOWN_MS = 6000;
const TOASTS_MAX = 3;

class Toasts {
  shown = $state<Toast[]>([]);
  #next = 1;
  #dialogs: ((message: string) => void)[] = [];

  done(text: string, undo?: () => Promise<unknown>) {
    this.#add({ id: this.#next++, text, tone: 'done', action: undo && { label: 'Undo', run: undo } });
  }

  fail(error: unknown) {
    this.place()(error);
  }

  /** Where what is begun now tells that it failed: in the dialog that is open now, as long as it is. */
  place(): (error: unknown) => void {
    const dialog = this.#dialogs.at(-1);
    return (error) => {
      const text = failure(error).message;
      if (dialog && this.#dialogs.includes(dialog)) dialog(text);
      else this.#add({ id: this.#next++, text, tone: 'failed' });
    };
  }

  /** From now on `take` gets what fails, until the function returned is called. */
  within(take: (message: string) => void): () => void {
    this.#dialogs.push(take);
    return () => (this.#dialogs = this.#dialogs.filter((other) => other !== take));
  }

  dismiss(id: number) {
    this.shown = this.shown.filter((toast) => toast.id !== id);
  }

  #add(toast: Toast) {
    this.shown = [...this.shown, toast].slice(-TOASTS_MAX);
    if (toast.tone === 'done') setTimeout(() => this.dismiss(toast.id), SHOWN_MS);
  }
}

export const toasts = new Toasts();

/** Runs something a person asked for; says so when it failed. Returns whether it was done. */
export async function attempt(work: () => Promise<unknown>): Promise<boolean> {
  const fail = toasts.place();
  try {
    await work();
    return true;
  } catch (error) {
    fail(error);
    return false;
  }
}
