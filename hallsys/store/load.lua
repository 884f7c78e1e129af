-- Read a hall whole, as it is at one position.
--
-- KEYS[1] position   KEYS[2..] tables of rows
-- Answer: { position and tag or "", { key, row, … }, … } in the order of KEYS

local answer = { redis.call('GET', KEYS[1]) or '' }
for index = 2, #KEYS do
  answer[index] = redis.call('HGETALL', KEYS[index])
end
return answer
