//! The indicators that the loop counts for the governance plane. Each by month (Japan's), institution and area.

/// 紹介した件数, by the sender, when sent. Numerator only.
pub const SENT: &str = "referral.sent";
/// 紹介を受けた件数, by the addressee, when sent. Numerator only.
pub const RECEIVED: &str = "referral.received";
/// 受入率: of the decisions (denominator) those that accept, by the addressee.
pub const ACCEPTED: &str = "referral.accepted";
/// 来院した紹介患者, by the addressee. Numerator only.
pub const ARRIVED: &str = "referral.arrived";
/// 初回返書の期限内率: of the first replies released (denominator) those within the deadline, by the addressee.
pub const REPLIED_IN_TIME: &str = "reply.first-in-time";
/// 返書率: first replies (numerator) of arrivals (denominator), by the addressee; each is added when it happens.
pub const REPLIED: &str = "reply.first";
