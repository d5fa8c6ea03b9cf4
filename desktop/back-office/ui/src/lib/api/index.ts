// Every command the window may call, with its types. The program's own test checks that the names are the program's.
import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';

import type {
  AwayView, BookLine, BookView, BulkChange, CollectionDraft, Conflict, ConnectInput, CustomerDraft, DevicesView, ErrorCode, Found, FoundVariant, Home,
  ImportPlan, ImportProblemLine, ImportProgressView, ImportResult, JoinInput, LocationDraft, Movement, NewShopDraft, OrderQuery, Overview, PairCodeView, PairInput, PictureDraft,
  ProductDraft, ProductFacets, ProductLine, ProductQuery, ProductView, PutIn, Report, Saved, SavedFile, SessionLine, Settings, SheetView, ShippingRateDraft,
  ShopDraft, StaffDraft, StartView, StepInput, StockEntry, StockLine, StockQuery, SyncView, TaxRateDraft, TillDraft, Window,
} from './types';

export interface Failure {
  code: ErrorCode | 'unexpected';
  message: string;
}

/** Whatever was thrown, as a code and a sentence. */
export function failure(error: unknown): Failure {
  if (typeof error === 'object' && error !== null && 'message' in error) {
    const { message } = error;
    const code = 'code' in error ? (error.code as ErrorCode) : 'unexpected';
    return { code, message: String(message) };
  }
  return { code: 'unexpected', message: String(error) };
}

const call = <T>(command: string, input: Record<string, unknown> = {}): Promise<T> => invoke<T>(command, input);

// The shop
export const start = () => call<StartView>('start');
export const createShop = (draft: NewShopDraft) => call<null>('create_shop', { draft });
export const joinShop = (input: JoinInput) => call<null>('join_shop', { input });
export const overview = () => call<Overview>('overview');
export const syncStatus = () => call<SyncView>('sync_status');
export const find = (text: string) => call<Found[]>('find', { text });
export const undo = (token: number) => call<Saved>('undo', { token });

// Home
export const home = () => call<Home>('home');
export const awayReport = () => call<AwayView | null>('away_report');
export const dismissAway = () => call<null>('dismiss_away');

// Order book
export const orders = (query: OrderQuery, offset: number, limit: number) => call<Window<BookLine>>('orders', { query, offset, limit });
export const order = (id: string) => call<BookView>('order', { id });
export const orderStep = (id: string, step: StepInput) => call<Saved>('order_step', { id, step });

// Products
export const products = (query: ProductQuery, offset: number, limit: number) => call<Window<ProductLine>>('products', { query, offset, limit });
export const productIds = (query: ProductQuery) => call<string[]>('product_ids', { query });
export const productFacets = () => call<ProductFacets>('product_facets');
export const product = (id: string) => call<ProductView>('product', { id });
export const blankProduct = () => call<ProductDraft>('blank_product');
export const saveProduct = (id: string, draft: ProductDraft) => call<Saved>('save_product', { id, draft });
export const addPicture = (product: string, bytes: Uint8Array) => invoke<Saved>('add_picture', bytes, { headers: { product } });
export const arrangePictures = (id: string, pictures: PictureDraft[]) => call<Saved>('arrange_pictures', { id, pictures });
export const bulkEdit = (ids: string[], change: BulkChange) => call<Saved>('bulk_edit', { ids, change });

// Import
export const planImport = (fileName: string, bytes: Uint8Array) => invoke<ImportPlan>('plan_import', bytes, { headers: { 'file-name': encodeURIComponent(fileName) } });
export const offerPicture = (fileName: string, bytes: Uint8Array) => invoke<boolean>('offer_picture', bytes, { headers: { 'file-name': encodeURIComponent(fileName) } });
export const planAgain = () => call<ImportPlan>('plan_again');
export const importProblems = (severity: string, offset: number, limit: number) => call<Window<ImportProblemLine>>('import_problems', { severity, offset, limit });
export const runImport = () => call<ImportResult>('run_import');
export const cancelImport = () => call<null>('cancel_import');
export const dropImport = () => call<null>('drop_import');
export const undoImport = (batch: string) => call<string>('undo_import', { batch });
export const onImportProgress = (take: (progress: ImportProgressView) => void) => listen<ImportProgressView>('import-progress', (event) => take(event.payload));

// Stock
export const stock = (query: StockQuery, offset: number, limit: number) => call<Window<StockLine>>('stock', { query, offset, limit });
export const stockMovements = (variant: string) => call<Movement[]>('stock_movements', { variant });
export const findVariants = (text: string) => call<FoundVariant[]>('find_variants', { text });
export const receiveStock = (location: string, entries: StockEntry[], reference: string) => call<Saved>('receive_stock', { location, entries, reference });
export const adjustStock = (location: string, entries: StockEntry[], reason: string) => call<Saved>('adjust_stock', { location, entries, reason });
export const countStock = (location: string, entries: StockEntry[]) => call<Saved>('count_stock', { location, entries });
export const labelSheets = () => call<SheetView[]>('label_sheets');
export const printLabels = (entries: StockEntry[], sheet: string) => call<SavedFile>('print_labels', { entries, sheet });

// Customers
export const customers = (search: string, offset: number, limit: number) => call<Window<CustomerDraft>>('customers', { search, offset, limit });
export const customer = (id: string) => call<CustomerDraft>('customer', { id });
export const saveCustomer = (draft: CustomerDraft) => call<Saved>('save_customer', { draft });

// Reports
export const report = (from: string, to: string) => call<Report>('report', { from, to });
export const sessions = (offset: number, limit: number) => call<Window<SessionLine>>('sessions', { offset, limit });
export const session = (id: string) => call<SessionLine>('session', { id });
export const exportReport = (kind: string, from: string, to: string) => call<SavedFile>('export_report', { kind, from, to });

// Storefront
export const collections = () => call<CollectionDraft[]>('collections');
export const saveCollection = (draft: CollectionDraft) => call<Saved>('save_collection', { draft });
export const changeCollection = (collection: string, products: string[], puts: PutIn) => call<Saved>('change_collection', { collection, products, puts });

// Settings
export const settings = () => call<Settings>('settings');
export const saveShop = (draft: ShopDraft) => call<Saved>('save_shop', { draft });
export const saveTaxes = (drafts: TaxRateDraft[]) => call<Saved>('save_taxes', { drafts });
export const saveShipping = (drafts: ShippingRateDraft[]) => call<Saved>('save_shipping', { drafts });
export const saveLocation = (draft: LocationDraft) => call<Saved>('save_location', { draft });
export const saveTill = (draft: TillDraft) => call<Saved>('save_till', { draft });
export const saveStaff = (draft: StaffDraft) => call<Saved>('save_staff', { draft });
export const devices = () => call<DevicesView>('devices');
export const renameDevice = (replica: string, name: string) => call<null>('rename_device', { replica, name });
export const revokeDevice = (replica: string, reason: string) => call<null>('revoke_device', { replica, reason });
export const approveDevice = (replica: string) => call<null>('approve_device', { replica });
export const pairCode = (input: PairInput) => call<PairCodeView>('pair_code', { input });
export const connectServer = (input: ConnectInput) => call<null>('connect_server', { input });

// Conflicts
export const conflicts = () => call<Conflict[]>('conflicts');
export const settleConflict = (document: string, path: string, choice: number) => call<null>('settle_conflict', { document, path, choice });

/** Runs something that can be undone, and undoes it when asked. */
export const undoing = (saved: Saved): (() => Promise<unknown>) | undefined => {
  const token = saved.undo;
  return token === null ? undefined : () => undo(token);
};

export const onChanged = (take: (generation: number) => void) => listen<number>('changed', (event) => take(event.payload));
export const onSyncStatus = (take: (status: SyncView) => void) => listen<SyncView>('sync-status', (event) => take(event.payload));
