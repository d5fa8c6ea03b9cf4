// Short news at the foot of the window: done (with undo), or what failed and what to do next.
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

  done(text: string, undo?: () => Promise<unknown>) {
    this.#add({ id: this.#next++, text, tone: 'done', action: undo && { label: 'Undo', run: undo } });
  }

  fail(error: unknown) {
    this.#add({ id: this.#next++, text: failure(error).message, tone: 'failed' });
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
  try {
    await work();
    return true;
  } catch (error) {
    toasts.fail(error);
    return false;
  }
}
