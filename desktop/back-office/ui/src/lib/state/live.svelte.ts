// What every screen shares: the shop in short, the state of sync, and a number that changes whenever the shop does.
import type { Overview, SyncView } from '../api/types';

class Live {
  /** Changes with every change of the shop, made here or elsewhere. Resources that read it load again. */
  generation = $state(0);
  overview = $state.raw<Overview | null>(null);
  sync = $state.raw<SyncView | null>(null);
}

export const live = new Live();
