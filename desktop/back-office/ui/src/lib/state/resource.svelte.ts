// Something a screen shows that is read from the shop, and read again when the shop changes.
import { failure, type Failure } from '../api';
import { live } from './live.svelte';

export class Resource<T> {
  data = $state.raw<T | undefined>();
  error = $state.raw<Failure | null>(null);
  loading = $state(true);
  #turn = 0;
  #load: () => Promise<T>;

  /** Whatever `load` reads before its first await is watched. Old data stays on the screen until new data is here. */
  constructor(load: () => Promise<T>) {
    this.#load = load;
    $effect(() => {
      void live.generation;
      void this.reload();
    });
  }

  async reload() {
    const turn = ++this.#turn;
    this.loading = true;
    try {
      const data = await this.#load();
      if (turn === this.#turn) {
        this.data = data;
        this.error = null;
      }
    } catch (error) {
      if (turn === this.#turn) this.error = failure(error);
    }
    if (turn === this.#turn) this.loading = false;
  }
}
