//! The vocabulary that requests and engine share: parameters, sizing, fill models, metrics
