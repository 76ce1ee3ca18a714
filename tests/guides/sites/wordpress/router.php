<?php
// What a web server in front of WordPress does: files as they are, everything else is an article.
if (is_file(__DIR__ . parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH))) return false;
require __DIR__ . '/index.php';
