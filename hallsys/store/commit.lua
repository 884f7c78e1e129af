-- Commit a batch of events to a hall, or say that the hall has moved. The only writer of a hall.
--
-- KEYS[1] position: "<epoch>-<seq> <tag>"   KEYS[2] events: the stream   KEYS[3..] what else the batch writes
-- ARGV[1] the position and tag that the batch was decided on; "" for a hall that never was
-- ARGV[2] the position and tag after it
-- ARGV[3] msgpack of text: { entries, rows }
--           entries  { { id, field, value, … }, … }                      stream entries, in order
--           rows     { { index in KEYS, { key, row, … }, { key, … } } }  rows to set and rows to remove
-- ARGV[4..] values for the last of KEYS, as many as there are
-- Answer: 1 when committed. Else nothing was written, and the answer is what the caller has missed: at most PAGE entries
--         of the stream from the expected position on, that one included, or none for a hall that it did not know.
--
-- Lua does not roll back: the stream goes first and the position last, so that a batch cut short by a full memory is
-- never taken for committed.

local PAGE, CHUNK = 1000, 500

if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then
  local known = string.match(ARGV[1], '^%S+')
  return known and redis.call('XRANGE', KEYS[2], known, '+', 'COUNT', PAGE) or {}
end

local function in_chunks(command, key, list)
  for first = 1, #list, CHUNK do
    redis.call(command, key, unpack(list, first, math.min(first + CHUNK - 1, #list)))
  end
end

local entries, rows = unpack(cmsgpack.unpack(ARGV[3]))
for _, entry in ipairs(entries) do
  redis.call('XADD', KEYS[2], unpack(entry))
end
for _, change in ipairs(rows) do
  in_chunks('HSET', KEYS[change[1]], change[2])
  in_chunks('HDEL', KEYS[change[1]], change[3])
end
for index = 4, #ARGV do
  redis.call('SET', KEYS[#KEYS - #ARGV + index], ARGV[index])
end
redis.call('SET', KEYS[1], ARGV[2])
return 1
