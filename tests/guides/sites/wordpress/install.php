<?php
// Installs WordPress with two articles, and the guide's plugin.
$_SERVER['HTTP_HOST'] = 'localhost';
define('WP_INSTALLING', true);
require __DIR__ . '/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
add_filter('pre_wp_mail', '__return_true');
wp_install('Trains', 'mia', 'mia@blog.example', true, '', 'a-password-of-no-account');
update_option('permalink_structure', '/%postname%/');
$links = '<p><a href="/night-trains/">Night trains</a> <a href="/day-trains/">Day trains</a></p>';
foreach (['Night trains', 'Day trains'] as $title) {
    wp_insert_post(['post_title' => $title, 'post_content' => $links, 'post_status' => 'publish', 'post_author' => 1]);
}
require_once ABSPATH . 'wp-admin/includes/plugin.php';
$failed = activate_plugin('comments-embed/comments-embed.php');
if (is_wp_error($failed)) {
    fwrite(STDERR, $failed->get_error_message());
    exit(1);
}
switch_theme('@@THEME@@');
