// What every screen shares: the shop in short, the state of sync, and a number that changes whenever the shop does.
import * as api from '../api';
import type { Overview, SyncView } from '../api/types';

class Live {
  /** Changes with every change of the shop, made here or elsewhere. Resources that read it load again. */
  generation = $state(0);
  overview = $state.raw<Overview | null>(null);
  sync = $state.raw<SyncView | null>(null);
  #news = 0;

  /** Takes news of the sync. */
  tell(sync: SyncView) {
    this.#news += 1;
    this.sync = sync;
  }

  /** Reads both. News that came while it was asked is newer than the answer. */
  async read() {
    const before = this.#news;
    const [overview, sync] = await Promise.all([api.overview(), api.syncStatus()]);
    this.overview = overview;
    if (this.#news === before) this.sync = sync;
  }
}

export const live = new Live();
