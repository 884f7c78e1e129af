-- Commit a batch of events to a hall, or say that the hall has moved. The only writer of a hall.
--
-- KEYS[1] position: "<epoch>-<seq> <tag>"   KEYS[2] events: the stream   KEYS[3..] what else the batch writes
-- ARGV[1] the position and tag that the batch was decided on; "" for a hall that never was
-- ARGV[2] the position and tag after it
-- ARGV[3] msgpack of text: { entries, rows }
--           entries  { { id, field, value, … }, … }                      stream entries, in order
--           rows     { { index in KEYS, { key, row, … }, { key, … } } }  rows to set and rows to remove
-- ARGV[4..] values for the last of KEYS, as many as there are
-- Answer: 1 when committed; else the position and tag as they are, "" for none, and nothing was written.
--
-- Lua does not roll back: the stream goes first and the position last, so that a batch cut short by a full memory is
-- never taken for committed.

local present = redis.call('GET', KEYS[1]) or ''
if present ~= ARGV[1] then
  return present
end

local CHUNK = 500
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
