//! Lists of products and variants: the row numbers of a whole list in its order, kept until the catalog changes, so that any
//! window of it is found at once.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use rusqlite::ToSql;
use serde::{Deserialize, Serialize};
use tradepost_domain::catalog::ProductStatus;

use super::{Facets, PAGE_MAX, Page, ProductFilter, ProductSort, Reader};
use crate::error::ReplicaError;
use crate::projections::text;

/// How many lists a reader keeps: a screen, the one behind it, and their narrowed forms. 100,000 products are 800 KB a list.
const LISTS_MAX: usize = 4;
/// The most words of a search; more never narrow it further for a person.
const SEARCH_WORDS_MAX: usize = 8;

/// Where a list goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// How many rows stand before it.
    pub(super) offset: usize,
}

/// What is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum List {
    Products(ProductFilter),
    /// Variants of listed products, by title.
    Variants {
        search: String,
    },
}

struct Kept {
    list: List,
    version: (i64, u64),
    numbers: Arc<[i64]>,
}

/// The lists of a reader, the last used first.
#[derive(Default)]
pub(super) struct Lists(RefCell<Vec<Kept>>);

impl Lists {
    fn find(&self, list: &List, version: (i64, u64)) -> Option<Arc<[i64]>> {
        let mut lists = self.0.borrow_mut();
        let index = lists.iter().position(|kept| kept.list == *list && kept.version == version)?;
        let kept = lists.remove(index);
        let numbers = Arc::clone(&kept.numbers);
        lists.insert(0, kept);
        Some(numbers)
    }

    fn keep(&self, list: List, version: (i64, u64), numbers: &Arc<[i64]>) {
        let mut lists = self.0.borrow_mut();
        lists.retain(|kept| kept.list != list);
        lists.insert(0, Kept { list, version, numbers: Arc::clone(numbers) });
        lists.truncate(LISTS_MAX);
    }
}

impl Reader {
    /// The row numbers of a list in its order.
    pub(super) fn numbers(&self, list: List) -> Result<Arc<[i64]>, ReplicaError> {
        let version = self.version_for(&list)?;
        if let Some(numbers) = self.lists.find(&list, version) {
            return Ok(numbers);
        }
        let query = Query::of(&list);
        let params: Vec<&dyn ToSql> = query.params.iter().map(|param| &**param as &dyn ToSql).collect();
        let numbers: Arc<[i64]> = self.rows(&query.sql(), params.as_slice(), |row| row.get(0))?.into();
        self.lists.keep(list, version, &numbers);
        Ok(numbers)
    }

    /// What a list of products can be narrowed to further; at most `limit` of each kind.
    pub fn facets(&self, filter: &ProductFilter, limit: usize) -> Result<Facets, ReplicaError> {
        let query = Query::of_products(&ProductFilter { sort: ProductSort::Title, ..filter.clone() });
        let conditions = query.conditions.join(" and ");
        let counted = |column: &str, from: &str| -> Result<Vec<(String, u64)>, ReplicaError> {
            let sql = format!(
                "select {column}, count(*) from {from} where {conditions} and {column} <> '' group by {column} order by 2 desc, 1 limit {}",
                limit.min(PAGE_MAX)
            );
            let params: Vec<&dyn ToSql> = query.params.iter().map(|param| &**param as &dyn ToSql).collect();
            self.rows(&sql, params.as_slice(), |row| Ok((row.get(0)?, u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0))))
        };
        Ok(Facets {
            vendors: counted("products.vendor", "products")?,
            product_types: counted("products.product_type", "products")?,
            tags: counted("product_tags.tag", "products join product_tags on product_tags.product = products.id")?,
        })
    }

    /// Lists by stock change with every sale, others with the catalog only.
    fn version_for(&self, list: &List) -> Result<(i64, u64), ReplicaError> {
        let catalog = self.row("select version from catalog_version where id = 1", [], |row| row.get(0))?.unwrap_or(0);
        let is_by_stock = matches!(
            list,
            List::Products(
                ProductFilter { sort: ProductSort::AvailableAscending | ProductSort::AvailableDescending, .. }
                    | ProductFilter { is_available: true, .. }
            )
        );
        Ok((catalog, if is_by_stock { self.generation()? } else { 0 }))
    }

    /// A page of a list, and where it goes on.
    pub(super) fn page_of<T>(
        &self,
        list: List,
        after: Option<&Cursor>,
        limit: usize,
        make: impl FnMut(i64) -> Result<Option<T>, ReplicaError>,
    ) -> Result<Page<T>, ReplicaError> {
        let offset = after.map_or(0, |cursor| cursor.offset);
        let numbers = self.numbers(list)?;
        let end = offset.saturating_add(limit.min(PAGE_MAX));
        let rows =
            window(&numbers, offset, limit).iter().copied().map(make).filter_map(Result::transpose).collect::<Result<_, _>>()?;
        Ok(Page { rows, next: (end < numbers.len()).then_some(Cursor { offset: end }) })
    }
}

/// At most a page of `numbers` from `offset` on.
pub(super) fn window(numbers: &[i64], offset: usize, limit: usize) -> &[i64] {
    let start = offset.min(numbers.len());
    let end = start.saturating_add(limit.min(PAGE_MAX)).min(numbers.len());
    numbers.get(start..end).unwrap_or_default()
}

/// A search as the index takes it: every word, each as the beginning of one. `None` where nothing can be found by it.
pub(super) fn match_of(search: &str) -> Option<String> {
    let words = text::words(search);
    let quoted: Vec<String> = words.iter().take(SEARCH_WORDS_MAX).map(|word| format!("\"{word}\"*")).collect();
    (!quoted.is_empty()).then(|| quoted.join(" "))
}

/// A statement being put together. Only our own words go into its text.
struct Query {
    from: &'static str,
    conditions: Vec<&'static str>,
    params: Vec<Rc<dyn ToSql>>,
    order: &'static str,
}

/// Whether the product of a number can be bought.
pub(super) const IS_OFFERED: &str = "select exists (
  select 1 from products join variants on variants.product = products.id
  where products.number = ?1 and variants.list_price is not null and (
    variants.stock_policy <> 'stop_at_zero'
    or (select sum(on_hand - committed - unavailable) from stock_levels where stock_levels.variant = variants.id) > 0
  )
)";

/// Some variant with a price can be bought.
const IS_AVAILABLE: &str = "exists (
  select 1 from variants
  where variants.product = products.id and variants.list_price is not null and (
    variants.stock_policy <> 'stop_at_zero'
    or (select sum(on_hand - committed - unavailable) from stock_levels where stock_levels.variant = variants.id)
      + (select coalesce(sum(uncounted), 0) from waiting_lines where waiting_lines.variant = variants.id) > 0
  )
)";

impl Query {
    fn of(list: &List) -> Self {
        match list {
            List::Products(filter) => Self::of_products(filter),
            List::Variants { search } => {
                let from = "select variants.number from products join variants on variants.product = products.id";
                let order = "products.title_key, products.id, variants.position, variants.id";
                let mut query = Self { from, conditions: vec!["products.is_listed = 1"], params: Vec::new(), order };
                query.search(search);
                query
            }
        }
    }

    fn of_products(filter: &ProductFilter) -> Self {
        let ProductFilter {
            search,
            status,
            collection,
            vendor,
            product_type,
            tag,
            price_minor_min,
            price_minor_max,
            is_available,
            sort,
        } = filter;
        let (from, order) = order_of(*sort);
        let mut query = Self { from, conditions: Vec::new(), params: Vec::new(), order };
        query.conditions.push(is_listed(*status, *sort));
        if let Some(status) = status {
            query.narrow("products.status = ?", Rc::new(status.word()));
        }
        if let Some(collection) = collection {
            let condition = "products.id in (select product from collection_products where collection = ?)";
            query.narrow(condition, Rc::new(*collection.as_bytes()));
        }
        if let Some(vendor) = vendor {
            query.narrow("products.vendor = ?", Rc::new(vendor.clone()));
        }
        if let Some(product_type) = product_type {
            query.narrow("products.product_type = ?", Rc::new(product_type.clone()));
        }
        if let Some(tag) = tag {
            query.narrow("products.id in (select product from product_tags where tag = ?)", Rc::new(tag.clone()));
        }
        if let Some(least) = price_minor_min {
            query.narrow("products.price_max >= ?", Rc::new(*least));
        }
        if let Some(most) = price_minor_max {
            query.narrow("products.price_min <= ?", Rc::new(*most));
        }
        if *is_available {
            query.conditions.push(IS_AVAILABLE);
        }
        query.search(search);
        query
    }

    fn narrow(&mut self, condition: &'static str, param: Rc<dyn ToSql>) {
        self.conditions.push(condition);
        self.params.push(param);
    }

    fn search(&mut self, search: &str) {
        if search.trim().is_empty() {
            return;
        }
        match match_of(search) {
            Some(words) => {
                self.narrow("products.number in (select rowid from product_search where product_search match ?)", Rc::new(words));
            }
            None => self.conditions.push("false"),
        }
    }

    fn sql(&self) -> String {
        format!("{} where {} order by {}", self.from, self.conditions.join(" and "), self.order)
    }
}

/// Where the index by title is of no use to the order, it is kept out of the plan: reading the table from end to end costs a quarter
/// of looking up each of its rows.
fn is_listed(status: Option<ProductStatus>, sort: ProductSort) -> &'static str {
    let is_archived = status == Some(ProductStatus::Archived);
    match sort {
        ProductSort::Title | ProductSort::TitleDescending | ProductSort::Newest if is_archived => "products.is_listed = 0",
        ProductSort::Title | ProductSort::TitleDescending | ProductSort::Newest => "products.is_listed = 1",
        ProductSort::PriceAscending
        | ProductSort::PriceDescending
        | ProductSort::AvailableAscending
        | ProductSort::AvailableDescending
            if is_archived =>
        {
            "+products.is_listed = 0"
        }
        ProductSort::PriceAscending
        | ProductSort::PriceDescending
        | ProductSort::AvailableAscending
        | ProductSort::AvailableDescending => "+products.is_listed = 1",
    }
}

fn order_of(sort: ProductSort) -> (&'static str, &'static str) {
    const PLAIN: &str = "select products.number from products";
    const BY_STOCK: &str = "select products.number from products left join (
        select variants.product, sum(levels.available) as available
        from (
          select variant, on_hand - committed - unavailable as available from stock_levels
          union all
          select variant, uncounted from waiting_lines
        ) levels join variants on variants.id = levels.variant
        group by variants.product
      ) stock on stock.product = products.id";
    match sort {
        ProductSort::Title => (PLAIN, "products.title_key, products.id"),
        ProductSort::TitleDescending => (PLAIN, "products.title_key desc, products.id desc"),
        ProductSort::PriceAscending => (PLAIN, "products.price_min is null, products.price_min, products.title_key, products.id"),
        ProductSort::PriceDescending => {
            (PLAIN, "products.price_max is null, products.price_max desc, products.title_key, products.id")
        }
        ProductSort::AvailableAscending => (BY_STOCK, "coalesce(stock.available, 0), products.title_key, products.id"),
        ProductSort::AvailableDescending => (BY_STOCK, "coalesce(stock.available, 0) desc, products.title_key, products.id"),
        ProductSort::Newest => (PLAIN, "products.created_at desc, products.id desc"),
    }
}
