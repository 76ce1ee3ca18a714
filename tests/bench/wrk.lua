-- Sends the requests of a file one after another; where one says ######## it gets a number of its own.
local requests, number, at = {}, 0, 0

function init(args)
  local file = assert(io.open(args[1], "rb"))
  number = tonumber(args[2])
  while true do
    local length = file:read(8)
    if not length then break end
    local whole = file:read(tonumber(length))
    requests[#requests + 1] = { whole, whole:find("########", 1, true) ~= nil }
  end
  file:close()
end

function request()
  at = at % #requests + 1
  local whole, is_numbered = requests[at][1], requests[at][2]
  if not is_numbered then return whole end
  number = number + 1
  return (whole:gsub("########", string.format("%08d", number)))
end

function done(summary, latency)
  local errors = summary.errors
  print(string.format('{"seconds": %f, "answers": %d, "bytes": %d, "refused": %d, "lost": %d}',
    summary.duration / 1e6, summary.requests, summary.bytes, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout))
end
