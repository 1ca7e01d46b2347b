//! Which form an answer has is told by the path.

/// A family of routes with one form of error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Problem details with an HTTP status.
    Native,
    /// HTTP 200 with `errcode` and `errmsg`.
    Wechat,
}

/// What lies under these belongs to the WeChat family.
const WECHAT: [&str; 5] = ["/cgi-bin", "/channels", "/shop/ec", "/sns", "/wxa"];

impl Family {
    /// The family of a path.
    pub fn of(path: &str) -> Self {
        let rest = WECHAT.iter().find_map(|prefix| path.strip_prefix(prefix));
        if rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) {
            Self::Wechat
        } else {
            Self::Native
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_ends_at_a_slash() {
        assert_eq!(Family::of("/cgi-bin/token"), Family::Wechat);
        assert_eq!(Family::of("/sns"), Family::Wechat);
        assert_eq!(Family::of("/shop/ec/order/get"), Family::Wechat);
        assert_eq!(Family::of("/shop/economy"), Family::Native);
        assert_eq!(Family::of("/api/v1/orders"), Family::Native);
        assert_eq!(Family::of("/"), Family::Native);
    }
}
