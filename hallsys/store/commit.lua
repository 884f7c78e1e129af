-- Commit batches of events, each to a hall of its own, or say of a hall that it has moved. The only writer of a hall.
-- Several halls come together to save round trips; each batch is decided by itself. On a Cluster there is one a call.
--
-- KEYS    for each batch: position ("<epoch>-<seq> <tag>"), events (the stream), then what else it writes
-- ARGV[1] msgpack of text: { batch, … }; a batch is { keys, before, after, entries, rows, values }
--           keys     how many of KEYS are the batch's
--           before   the position and tag that it was decided on; "" for a hall that never was
--           after    the position and tag after it
--           entries  { { id, field, value, … }, … }                      stream entries, in order
--           rows     { { key, { field, row, … }, { field, … } }, … }     rows to set and rows to remove; key: its place
--                                                                        among the batch's keys, from 1
--           values   how many of ARGV[2..] are the batch's, for the last of its keys
-- ARGV[2..] values to set as they are
-- Answer  for each batch: 1 when committed. Else nothing of it was written, and the answer is what the caller has
--         missed: at most PAGE entries of the stream from `before` on, that one included, or none for a hall that it
--         did not know.
--
-- Lua does not roll back: the stream goes first and the position last, so that a batch cut short by a full memory is
-- never taken for committed.

local PAGE, CHUNK = 1000, 500

local function in_chunks(command, key, list)
  for first = 1, #list, CHUNK do
    redis.call(command, key, unpack(list, first, math.min(first + CHUNK - 1, #list)))
  end
end

local function commit(offset, value, keys, before, after, entries, rows, values)
  local position, events = KEYS[offset + 1], KEYS[offset + 2]
  if (redis.call('GET', position) or '') ~= before then
    local known = string.match(before, '^%S+')
    return known and redis.call('XRANGE', events, known, '+', 'COUNT', PAGE) or {}
  end
  for _, entry in ipairs(entries) do
    redis.call('XADD', events, unpack(entry))
  end
  for _, change in ipairs(rows) do
    in_chunks('HSET', KEYS[offset + change[1]], change[2])
    in_chunks('HDEL', KEYS[offset + change[1]], change[3])
  end
  for index = 1, values do
    redis.call('SET', KEYS[offset + keys - values + index], ARGV[value + index])
  end
  redis.call('SET', position, after)
  return 1
end

local answers, offset, value = {}, 0, 1
for index, batch in ipairs(cmsgpack.unpack(ARGV[1])) do
  answers[index] = commit(offset, value, unpack(batch))
  offset, value = offset + batch[1], value + batch[6]
end
return answers
