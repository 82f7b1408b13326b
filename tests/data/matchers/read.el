;; Reads lines as `M-x compile` does: emacs --batch -l MATCHER -l read.el --eval '(read-output "OUTPUT" "RESULT.json")'
(require 'compile)
(require 'json)

(defun read-output (output result)
  (with-temp-buffer
    (let ((coding-system-for-read 'utf-8)) (insert-file-contents output))
    (compilation-mode)
    (compilation--ensure-parse (point-max))
    (let ((found '()))
      (goto-char (point-min))
      (while (not (eobp))
        (let* ((message (get-text-property (point) 'compilation-message))
               (place (and message (compilation--message->loc message))))
          (when message
            (push (vector (caar (compilation--loc->file-struct place))
                          (compilation--loc->line place)
                          (compilation--loc->col place)
                          (compilation--message->type message))
                  found)))
        (forward-line))
      (let ((coding-system-for-write 'utf-8))
        (with-temp-file result (insert (json-encode (vconcat (nreverse found)))))))))
