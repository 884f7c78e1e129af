-- Read keys of one slot as they are at one moment.
--
-- KEYS any keys of one hall, or a single key
-- Answer, in the order of KEYS: { type, ms since 1970 at which it expires or a negative number, value }
--   string: the value   hash, zset, set: flat, as HGETALL and the like give it   stream: the id of its last entry
--   A stream may be long, and the store stands still while a script runs; entries up to that id never change.

local read = {
  string = function(key) return redis.call('GET', key) end,
  hash = function(key) return redis.call('HGETALL', key) end,
  zset = function(key) return redis.call('ZRANGE', key, 0, -1, 'WITHSCORES') end,
  set = function(key) return redis.call('SMEMBERS', key) end,
  stream = function(key)
    local last = redis.call('XREVRANGE', key, '+', '-', 'COUNT', 1)
    return last[1] and last[1][1] or ''
  end,
}

local answer = {}
for index, key in ipairs(KEYS) do
  local kind = redis.call('TYPE', key)['ok']
  local reader = read[kind]
  answer[index] = { kind, redis.call('PEXPIRETIME', key), reader and reader(key) or '' }
end
return answer
