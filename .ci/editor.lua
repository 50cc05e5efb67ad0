-- Drives a real Neovim against `dictamen lsp`: a finding, a hover, a rename, formatting on save.
-- Run by .ci/editor in a scratch copy of the rules.
local script = "rules/nomina-personal-loan-mx/policy.rhai"
local original = vim.fn.readfile(script)

local function wait(what, holds)
  if not vim.wait(20000, holds, 20) then
    error("waited in vain for " .. what)
  end
end

local function findings()
  return vim.diagnostic.get(0)
end

local function go_to(text, offset)
  for number, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, false)) do
    local column = line:find(text, 1, true)
    if column then
      vim.api.nvim_win_set_cursor(0, { number, column - 1 + offset })
      return number
    end
  end
  error("no `" .. text .. "` in the script")
end

local function drive()
  vim.cmd.edit(script)
  wait("the server", function() return #vim.lsp.get_clients({ bufnr = 0 }) == 1 end)

  local number = go_to("a.weeks_total < min_weeks", 2)
  local line = vim.api.nvim_get_current_line()
  vim.api.nvim_set_current_line((line:gsub("weeks_total", "week_total")))
  wait("a finding", function() return #findings() == 1 end)
  local finding = findings()[1]
  assert(finding.code == "script::unknown-characteristic", finding.code)
  assert(finding.lnum == number - 1 and finding.message:find("weeks_total", 1, true), finding.message)
  vim.api.nvim_set_current_line(line)
  wait("no finding", function() return #findings() == 0 end)

  local place = vim.lsp.util.make_position_params(0, "utf-16")
  local answers = vim.lsp.buf_request_sync(0, "textDocument/hover", place, 20000)
  local _, hover = next(answers)
  assert(hover.result.contents.value:find("contribution weeks", 1, true), vim.inspect(hover))

  go_to("let min_weeks", 5)
  vim.lsp.buf.rename("least_weeks")
  wait("a rename", function() return vim.fn.searchcount({ pattern = "least_weeks" }).total == 2 end)
  assert(vim.fn.search("\\<min_weeks\\>", "nw") == 0, "the old name is still there")
  vim.wait(500)
  assert(#findings() == 0, vim.inspect(findings()))

  vim.api.nvim_buf_set_lines(0, 0, -1, false, original)
  go_to('rule("E01"', 0)
  vim.cmd("normal! 0dw")
  vim.cmd("silent write")
  assert(vim.deep_equal(vim.fn.readfile(script), original), "not formatted on save")
end

local ok, why = xpcall(drive, debug.traceback)
io.stdout:write(ok and "the editor was helped\n" or why .. "\n")
vim.cmd(ok and "qall!" or "cquit 1")
