//! Each message, encoded and decoded by each codec, on a connection that has seen such a message before.

use std::hint::black_box;

use bench::samples;
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use protocols::codec::{CallCodec, Codec, CodecFactory, Framing, Setup};
use protocols::registry::CODECS;
use server_core::limits::FRAME_MAX_BYTES;
use server_core::{FromServer, Request};

const SETUP: Setup = Setup {
    framing: Framing::Codec,
    frame_max_bytes: FRAME_MAX_BYTES,
};

fn codecs(criterion: &mut Criterion) {
    for factory in CODECS {
        if factory.open(SETUP).is_some() {
            requests(criterion, *factory);
            from_server(criterion, *factory);
        } else if let Some(codec) = factory.calls() {
            calls(criterion, factory.name(), codec);
        }
    }
}

fn requests(criterion: &mut Criterion, factory: &dyn CodecFactory) {
    let mut group = criterion.benchmark_group(format!("{}/request", factory.name()));
    let named = samples::requests()
        .into_iter()
        .map(|request| (request.operation().name(), request));
    for (name, request) in named.chain([("send_with_client_id", samples::send_with_client_id())]) {
        let [mut client, mut server] = connection(factory);
        let encode = |out: &mut Vec<u8>| {
            let encoded = client.encode_request(&request, out);
            assert!(encoded.is_ok(), "{name} can be said");
        };
        let [first, again] = bench_encode(&mut group, name, encode);
        server
            .decode_request(&first)
            .expect("it is right")
            .expect("it is whole");
        group.bench_function(format!("decode/{name}"), |bencher| {
            bencher.iter(|| black_box(server.decode_request(black_box(&again)).is_ok()));
        });
        let decoded = server
            .decode_request(&again)
            .expect("it is right")
            .expect("it is whole");
        assert_eq!(decoded.value, request);
    }
    group.finish();
}

fn from_server(criterion: &mut Criterion, factory: &dyn CodecFactory) {
    let mut group = criterion.benchmark_group(format!("{}/reply", factory.name()));
    let replies = samples::replies()
        .into_iter()
        .map(|reply| (reply.operation().name(), FromServer::Reply(reply)));
    let events = samples::events()
        .into_iter()
        .map(|(name, event)| (name, FromServer::Event(event)));
    for (name, message) in replies
        .chain(events)
        .chain([("refusal", samples::refusal())])
    {
        let [mut client, mut server] = connection(factory);
        let encode = |out: &mut Vec<u8>| {
            let encoded = server.encode_reply(&message, out);
            assert!(encoded.is_ok(), "{name} can be said");
        };
        let [first, again] = bench_encode(&mut group, name, encode);
        client
            .decode_reply(&first)
            .expect("it is right")
            .expect("it is whole");
        group.bench_function(format!("decode/{name}"), |bencher| {
            bencher.iter(|| black_box(client.decode_reply(black_box(&again)).is_ok()));
        });
        let decoded = client
            .decode_reply(&again)
            .expect("it is right")
            .expect("it is whole");
        assert_eq!(decoded.value, message);
    }
    group.finish();
}

/// Both ends of a connection on which hello was said: the client's, the server's.
fn connection(factory: &dyn CodecFactory) -> [Box<dyn Codec>; 2] {
    let [mut client, mut server] =
        [(); 2].map(|()| factory.open(SETUP).expect("it was opened before"));
    let mut frame = Vec::new();
    let hello = Request::Hello {
        version: server_core::limits::PROTOCOL_VERSION,
    };
    client
        .encode_request(&hello, &mut frame)
        .expect("every format says hello");
    server
        .decode_request(&frame)
        .expect("it is right")
        .expect("it is whole");
    [client, server]
}

fn calls(criterion: &mut Criterion, name: &str, codec: &dyn CallCodec) {
    let mut group = criterion.benchmark_group(format!("{name}/request"));
    for request in samples::requests() {
        let operation = request.operation();
        let encode =
            |out: &mut Vec<u8>| codec.encode_request(&request, out).expect("it can be said");
        let [body, _] = bench_encode(&mut group, operation.name(), encode);
        assert_eq!(
            codec.decode_request(operation, &body).as_ref(),
            Ok(&request)
        );
        group.bench_function(format!("decode/{}", operation.name()), |bencher| {
            bencher.iter(|| black_box(codec.decode_request(operation, black_box(&body)).is_ok()));
        });
    }
    group.finish();

    let mut group = criterion.benchmark_group(format!("{name}/reply"));
    for reply in samples::replies() {
        let operation = reply.operation();
        let encode = |out: &mut Vec<u8>| codec.encode_reply(&reply, out).expect("it can be said");
        let [body, _] = bench_encode(&mut group, operation.name(), encode);
        assert_eq!(codec.decode_reply(operation, &body).as_ref(), Ok(&reply));
        group.bench_function(format!("decode/{}", operation.name()), |bencher| {
            bencher.iter(|| black_box(codec.decode_reply(operation, black_box(&body)).is_ok()));
        });
    }
    for (kind, event) in samples::events() {
        let encode = |out: &mut Vec<u8>| codec.encode_event(&event, out).expect("it can be said");
        let [body, _] = bench_encode(&mut group, kind, encode);
        assert_eq!(codec.decode_event(&body).as_ref(), Ok(&event));
        group.bench_function(format!("decode/{kind}"), |bencher| {
            bencher.iter(|| black_box(codec.decode_event(black_box(&body)).is_ok()));
        });
    }
    group.finish();
}

/// Measures an encoder; gives the frame that it made first, and the one that it makes once it has made the same one
/// before. Decoding the second one over and over leaves a codec's state as it is.
fn bench_encode(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    mut encode: impl FnMut(&mut Vec<u8>),
) -> [Vec<u8>; 2] {
    let [mut first, mut again, mut out] = [Vec::new(), Vec::new(), Vec::new()];
    encode(&mut first);
    encode(&mut again);
    group.throughput(Throughput::Bytes(again.len() as u64));
    group.bench_function(format!("encode/{name}"), |bencher| {
        bencher.iter(|| {
            out.clear();
            encode(black_box(&mut out));
        });
    });
    [first, again]
}

criterion_group! {
    name = benches;
    config = bench::criterion();
    targets = codecs
}
criterion_main!(benches);
