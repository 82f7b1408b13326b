-- ~/.config/nvim/plugin/podhosts.lua: `:Podhosts` checks the file as saved and shows its diagnostics.
-- The language server (`podhosts lsp`) also sees what is not saved yet, and offers fixes.
local namespace = vim.api.nvim_create_namespace("podhosts")
local formats = "%E%f:%l:%c: error: %m,%W%f:%l:%c: warning: %m,%I%f:%l:%c: info: %m"

vim.api.nvim_create_user_command("Podhosts", function()
  local command = { "podhosts", "check", "--quiet", "--format", "concise", vim.api.nvim_buf_get_name(0) }
  local found = vim.fn.getqflist({ lines = vim.fn.systemlist(command), efm = formats }).items
  local diagnostics = vim.diagnostic.fromqflist(found)
  for _, diagnostic in ipairs(diagnostics) do
    -- podhosts counts characters, Neovim bytes.
    local line = vim.api.nvim_buf_get_lines(0, diagnostic.lnum, diagnostic.lnum + 1, false)[1] or ""
    diagnostic.col = math.max(vim.fn.byteidxcomp(line, diagnostic.col), 0)
    diagnostic.end_col = diagnostic.col
    diagnostic.source = "podhosts"
  end
  vim.diagnostic.set(namespace, 0, diagnostics)
end, { desc = "Check this file with podhosts" })
