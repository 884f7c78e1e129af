-- Entries of a hall's stream in one piece, which a client takes apart many times faster than an answer of many lines.
--
-- KEYS[1] events (the stream)   ARGV first and last id, at most how many
-- Answer: msgpack of { { id, { field, value, … } }, … }

return cmsgpack.pack(redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[2], 'COUNT', ARGV[3]))
