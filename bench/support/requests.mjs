/** Users by the number; their ids. */
export async function insertUsers(client, count) {
  const { rows } = await client.query(
    `INSERT INTO users (id, email, password_hash, role)
     SELECT gen_random_uuid(), gen_random_uuid() || '@example.org', 'none', 'user' FROM generate_series(1, $1::int)
     RETURNING id`,
    [count],
  );
  return rows.map(({ id }) => id);
}

/**
 * Requests of these users in turn, a second apart, over two hundred models. Of `mixed` ones every 20th failed and every
 * 50th was cancelled; every 100th has `{"batch": "<n>"}` for metadata, every other `{"app": "bench"}`.
 *
 * @param {'COMPLETED' | 'IN_QUEUE' | 'mixed'} status
 */
export async function insertRequests(client, users, count, status) {
  await client.query(
    `INSERT INTO inference_requests (id, user_id, endpoint, model_id, model_endpoint, model_version, engine, input,
       model_input, run_plan, status, price_unit, price_amount, quantity, total_price, metadata, input_fingerprint,
       attempts, worker, enqueued_at, created_at, started_at, completed_at, inference_seconds, output)
     SELECT left(translate(gen_random_uuid()::text, '-', ''), 21), ($1::uuid[])[1 + n % $2::int], 'bench/model-' || n % 200,
       (SELECT id FROM models WHERE engine = 'bench'), 'bench/model-' || n % 200, 1, 'bench',
       '{"text": "a lighthouse in a storm"}', '{"text": "a lighthouse in a storm"}',
       CASE WHEN state = 'IN_QUEUE' THEN '{"typicalSeconds": 2, "files": [], "engineSettings": {}}'::json END,
       state, 'request', '0.004', CASE WHEN state = 'COMPLETED' THEN 1 END, CASE WHEN state = 'COMPLETED' THEN 0.004 END,
       CASE WHEN n % 100 = 0 THEN jsonb_build_object('batch', n::text) ELSE '{"app": "bench"}' END, 'f' || n,
       CASE WHEN state = 'IN_QUEUE' THEN 0 ELSE 1 END, CASE WHEN state <> 'IN_QUEUE' THEN 'bench:1' END, now(),
       now() - make_interval(secs => n), now() - make_interval(secs => n),
       CASE WHEN state <> 'IN_QUEUE' THEN now() - make_interval(secs => n - 2) END, 2,
       CASE WHEN state = 'COMPLETED' THEN '{"image": "https://example.org/media/0123456789abcdef"}'::json END
     FROM (
       SELECT n, CASE WHEN $4 <> 'mixed' THEN $4 WHEN n % 20 = 0 THEN 'FAILED' WHEN n % 50 = 1 THEN 'CANCELLED'
                      ELSE 'COMPLETED' END AS state
       FROM generate_series(1, $3::int) n
     ) numbers`,
    [users, users.length, count, status],
  );
}
