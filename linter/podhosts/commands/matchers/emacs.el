;; In the init file: then `M-x compile RET podhosts check --quiet --format concise .` lists errors to jump to.
(with-eval-after-load 'compile
  (add-to-list 'compilation-error-regexp-alist-alist
               '(podhosts
                 "^\\(.+?\\):\\([0-9]+\\):\\([0-9]+\\): \\(?:error\\|\\(warning\\)\\|\\(info\\)\\): .+ \\[[a-z-]+\\]$"
                 1 2 3 (4 . 5)))
  (add-to-list 'compilation-error-regexp-alist 'podhosts)
  ;; Count columns in characters, as podhosts does, and not in the width they take on the screen.
  (setq compilation-error-screen-columns nil))
