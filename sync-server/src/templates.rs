//! Templates: ours, each of which a seller can replace by a file of the same name in the shop's `theme` folder.

use std::path::{Path, PathBuf};

use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Serialize;

use crate::error::ServerError;

/// The most a replaced template may be long.
const TEMPLATE_BYTES_MAX: u64 = 256 * 1024;

macro_rules! built_in {
    ($($name:literal),+ $(,)?) => {
        /// Every template that can be replaced.
        #[cfg(test)]
        const NAMES: &[&str] = &[$($name),+];

        fn built_in(name: &str) -> Option<&'static str> {
            match name { $($name => Some(include_str!(concat!("../templates/", $name))),)+ _ => None }
        }
    };
}

built_in!(
    "layout.html",
    "parts.html",
    "home.html",
    "products.html",
    "product.html",
    "basket.html",
    "basket_lines.html",
    "suggestions.html",
    "checkout_frame.html",
    "checkout_details.html",
    "checkout_payment.html",
    "checkout_review.html",
    "order.html",
    "problem.html",
    "mail_news.html",
    "mail_news.txt",
    "mail_order.html",
    "mail_order.txt",
);

/// A shop's templates.
pub struct Templates {
    environment: Environment<'static>,
}

impl Templates {
    /// Ours, with those of this folder before them.
    pub fn with_theme(folder: Option<PathBuf>) -> Self {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Lenient);
        environment.set_auto_escape_callback(|name| if name.ends_with(".txt") { AutoEscape::None } else { AutoEscape::Html });
        environment.set_loader(move |name| {
            Ok(folder.as_deref().and_then(|folder| replaced(folder, name)).or_else(|| built_in(name).map(str::to_owned)))
        });
        Self { environment }
    }

    /// Renders a page. A replaced template that fails is a problem of the theme, and said to be.
    pub fn render<C: Serialize>(&self, name: &str, context: &C) -> Result<String, ServerError> {
        let context = minijinja::value::Serde(context);
        let page = self.environment.get_template(name)?.render(context)?;
        // Every slash is written as an entity, which nothing needs and which makes pages a tenth longer.
        Ok(if name.ends_with(".html") { page.replace("&#x2f;", "/") } else { page })
    }
}

/// A seller's own template. Only names that we have ourselves: a name never leads out of the folder.
fn replaced(folder: &Path, name: &str) -> Option<String> {
    built_in(name)?;
    let file = folder.join(name);
    let length = std::fs::metadata(&file).ok()?.len();
    if length > TEMPLATE_BYTES_MAX {
        tracing::warn!(file = %file.display(), "this template is too long and is left out");
        return None;
    }
    std::fs::read_to_string(file).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seller_replaces_a_template_by_a_file_of_its_name() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("suggestions.html"), "<b>{{ words }}</b>").unwrap();
        let templates = Templates::with_theme(Some(folder.path().to_owned()));
        let context = serde_json::json!({ "words": "<i>" });
        assert_eq!(templates.render("suggestions.html", &context).unwrap(), "<b>&lt;i&gt;</b>");
        assert!(Templates::with_theme(None).render("../secret", &context).is_err());
    }

    #[test]
    fn every_template_of_ours_can_be_read() {
        let templates = Templates::with_theme(None);
        for name in NAMES {
            templates.environment.get_template(name).unwrap_or_else(|error| panic!("{name}: {error:#}"));
        }
    }
}
