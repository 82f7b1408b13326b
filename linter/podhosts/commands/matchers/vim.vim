" ~/.vim/compiler/podhosts.vim: then `:compiler podhosts` and `:make %` fill the quickfix list.
" Vim counts a column in bytes: behind other letters than ASCII on the same line it points too far left.
let current_compiler = "podhosts"
CompilerSet makeprg=podhosts\ check\ --quiet\ --format\ concise
CompilerSet errorformat=%E%f:%l:%c:\ error:\ %m,%W%f:%l:%c:\ warning:\ %m,%I%f:%l:%c:\ info:\ %m
