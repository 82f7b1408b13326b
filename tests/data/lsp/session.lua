-- One session of Neovim with the language server: nvim --headless --clean -c 'luafile session.lua'.
-- PODHOSTS_SERVER is the command as JSON; the answers go to answers.json in the working directory.
local command = vim.json.decode(vim.env.PODHOSTS_SERVER)
local folder = vim.fn.getcwd()
local answers = {}

local function wait_for(what, condition)
  if not vim.wait(900000, condition, 20) then
    answers.failed = what
  end
end

vim.cmd("edit pod.yaml")
local settings = { name = "podhosts", cmd = command, root_dir = folder }
if vim.lsp.start then
  vim.lsp.start(settings)
else -- Neovim 0.7
  vim.lsp.buf_attach_client(0, vim.lsp.start_client(settings))
end

local function codes()
  return vim.tbl_map(function(item) return item.code end, vim.diagnostic.get(0))
end

wait_for("diagnostics", function() return #vim.diagnostic.get(0) > 0 end)
answers.opened = vim.tbl_map(function(item)
  return { item.lnum, item.col, item.end_col, item.severity, item.code, item.source }
end, vim.diagnostic.get(0))

-- An edit that is not saved.
vim.api.nvim_buf_set_lines(0, 5, 6, false, { "  - ip: 10.0.0.25" })
wait_for("change", function() return not vim.tbl_contains(codes(), "invalid-ip") end)
answers.changed = codes()

local function request(method, params)
  local replies = vim.lsp.buf_request_sync(0, method, params, 60000) or {}
  for _, reply in pairs(replies) do
    return reply.result
  end
end

local function everything(only)
  return {
    textDocument = vim.lsp.util.make_text_document_params(0),
    range = { start = { line = 0, character = 0 }, ["end"] = { line = vim.api.nvim_buf_line_count(0), character = 0 } },
    context = { diagnostics = {}, only = only },
  }
end

for _, action in ipairs(request("textDocument/codeAction", everything({ "source.fixAll" }))) do
  action = action.edit and action or request("codeAction/resolve", action)
  vim.lsp.util.apply_workspace_edit(action.edit, "utf-16")
  answers.applied = action.kind
end
wait_for("fix", function() return not vim.tbl_contains(codes(), "duplicate-hostname") end)
answers.text = vim.api.nvim_buf_get_lines(0, 0, -1, false)

local place = { textDocument = vim.lsp.util.make_text_document_params(0), position = { line = 4, character = 4 } }
answers.hover = request("textDocument/hover", place).contents.value

vim.fn.writefile({ vim.json.encode(answers) }, "answers.json")
vim.cmd("qall!")
