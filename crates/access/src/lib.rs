//! People, roles, sign-in and the policy.
