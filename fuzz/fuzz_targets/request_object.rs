#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| passport_fuzz::run("request_object", data));
