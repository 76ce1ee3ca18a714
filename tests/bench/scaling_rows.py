"""Comments by the million, made inside PostgreSQL: each row follows from its number, so none has to be known.

Comment `n` of the generated ones is written at `BEGAN + n * step`. Four of them are a conversation: in every
4,000, number `i`, `1000 + i`, `2000 + i` and `3000 + i`, so that what belongs together does not lie together
in the table. Which page a conversation is on, how its comments answer each other and what became of the last
of them is drawn from its number by PostgreSQL's own hash. `OFFSET 0` keeps the planner from putting a formula
wherever its value is needed, and reckoning it there again.
"""

from dataclasses import dataclass
from datetime import timedelta
from string import Template
from uuid import UUID

from comments.text import RENDERER_VERSION
from comments.threads.order.ranking import rank
from tests.bench.desk_rows import BEGAN, DAYS, NAME, ORIGIN, SITE_ID, number_id

CONVERSATIONS = 1_000
STEP = 4 * CONVERSATIONS
AT_ONCE = 50 * STEP
SECOND_NAME = "second"
SECOND_SITE_ID = number_id(1, 1)
TEXTS = 1_000
VOTES = [(0, 0), (0, 0), (0, 0), (1, 0), (1, 1), (2, 0), (5, 1), (0, 2)]
ADDRESS_DAYS, PRINT_DAYS, REPEAT_DAYS = 30, 30, 1
HUGE, BUSY = 0, 1
"""The page with a fifth of all comments, and the one where a hundredth of all answer one comment."""


@dataclass(frozen=True, slots=True)
class Measures:
    """How many of what there are beside so many comments."""

    comments: int

    def __post_init__(self) -> None:
        if self.comments < STEP or self.comments % STEP:
            raise ValueError(f"the number of comments must be a multiple of {STEP:,}")

    @property
    def pages(self) -> int:
        return max(10, self.comments // 200)

    @property
    def authors(self) -> int:
        return max(100, self.comments // 20)

    @property
    def second_pages(self) -> int:
        """Of the second site, which has one comment in a hundred."""
        return max(2, self.pages // 100)

    @property
    def second_authors(self) -> int:
        return max(10, self.authors // 100)

    @property
    def small_page(self) -> int:
        """The page with the fewest comments, about eighty whatever the size of the site."""
        return self.pages - 1

    @property
    def step_micros(self) -> int:
        return DAYS * 86_400_000_000 // self.comments

    def since(self, days: int) -> int:
        """Return the first comment of the last days."""
        return self.comments - self.comments * days // DAYS

    def names(self) -> dict[str, str]:
        """Return what the templates below are filled with."""
        return {
            "pages": str(self.pages),
            "authors": str(self.authors),
            "second_pages": str(self.second_pages),
            "second_authors": str(self.second_authors),
            "step": str(self.step_micros),
            "began": BEGAN.isoformat(),
            "began_micros": str(int(BEGAN.timestamp()) * 1_000_000),
            "addresses_from": str(self.since(ADDRESS_DAYS)),
            "prints_from": str(self.since(PRINT_DAYS)),
            "repeats_from": str(self.since(REPEAT_DAYS)),
            "comments": str(self.comments),
            "site": str(SITE_ID),
            "second_site": str(SECOND_SITE_ID),
            "renderer": str(RENDERER_VERSION),
            "origin": ORIGIN,
            "votes": str(len(VOTES)),
            "texts": str(TEXTS),
        }

    def filled(self, sql: str, **more: int) -> str:
        return Template(sql).substitute(self.names(), **{name: str(value) for name, value in more.items()})


def moment(of: Measures, number: int) -> timedelta:
    """Return when a comment is written, since the first one."""
    return timedelta(microseconds=number * of.step_micros)


def comment_id(of: Measures, number: int) -> UUID:
    """Return a comment's id, as `bench_id` makes it."""
    return number_id(4, number, BEGAN + moment(of, number))


FUNCTIONS = """
CREATE TABLE bench_votes (k int PRIMARY KEY, ups int, downs int, rank int);
CREATE TABLE bench_texts (k int PRIMARY KEY, source text, html text);
CREATE FUNCTION bench_share(n bigint, salt bigint) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (hashint8extended(n, salt) & 1048575) / 1048576.0::float8;
CREATE FUNCTION bench_key(kind int, n bigint, micros bigint) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (lpad(to_hex(micros / 1000), 12, '0') || '7' || lpad(to_hex(kind), 3, '0')
        || '8' || lpad(to_hex(n), 15, '0'))::uuid;
CREATE FUNCTION bench_first(kind int, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN bench_key(kind, n, $began_micros);
CREATE FUNCTION bench_id(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN bench_key(4, n, $began_micros + n * $step);
CREATE FUNCTION bench_part(n bigint) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN int8send($began_micros + n * $step) || uuid_send(bench_id(n));
CREATE FUNCTION bench_at(n bigint) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN timestamptz '$began' + n * $step * interval '1 microsecond';
CREATE FUNCTION bench_digest(n bigint, salt bigint) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN int8send(hashint8extended(n, salt)) || int8send(hashint8extended(n, salt + 1));
"""

SITES = f"""
INSERT INTO sites (id, name, origins, settings, version, created_at)
    VALUES ('$site', '{NAME}', '["$origin"]', '{{}}', 1, '$began'),
        ('$second_site', '{SECOND_NAME}', '["https://second.example"]', '{{}}', 1, '$began')
"""

AUTHORS = """
INSERT INTO authors (id, site_id, kind, name, email, approved_count, trusted, created_at)
SELECT bench_first(2, n), CASE WHEN n < $authors THEN uuid '$site' ELSE uuid '$second_site' END, 'guest',
    'Reader ' || n, n || '@mail.example', n % 50, false, timestamptz '$began'
FROM generate_series(0, $authors + $second_authors - 1) n
"""

TOKENS = """
INSERT INTO guest_tokens (token_hash, site_id, author_id, created_at, used_at)
SELECT bench_digest(n, 21) || bench_digest(n, 23), site_id, id, created_at,
    created_at + n % 720 * interval '1 day'
FROM (SELECT row_number() OVER () n, * FROM authors) numbered
"""

THREADS = """
INSERT INTO threads (id, site_id, url, title, title_confirmed, state, comment_count, version, page_path,
    created_at, updated_at)
SELECT bench_first(3, n), CASE WHEN n < $pages THEN uuid '$site' ELSE uuid '$second_site' END,
    CASE WHEN n < $pages THEN '$origin' ELSE 'https://second.example' END || '/page-' || n,
    'The title of page ' || n, true, 'open', 0, 1, '/page-' || n, '$began', '$began'
FROM generate_series(0, $pages + $second_pages - 1) n
"""

COMMENTS = f"""
INSERT INTO comments (id, site_id, thread_id, parent_id, root_id, depth, path, author_id, author_name,
    author_kind, source, source_format, html, renderer, state, queue, listed, reply_total, reasons, version,
    rank, upvotes, downvotes, report_count, created_at, edited_at, facts, similar_group, network_key,
    address_key, post_key, digest, changed_version, content_version)
SELECT bench_id(n), CASE WHEN is_second THEN uuid '$second_site' ELSE uuid '$site' END, bench_first(3, page),
    bench_id(parent), bench_id(root), depth,
    CASE depth WHEN 0 THEN ''::bytea WHEN 1 THEN bench_part(n)
        WHEN 2 THEN bench_part(parent) || bench_part(n)
        ELSE bench_part(parent - {CONVERSATIONS}) || bench_part(parent) || bench_part(n) END,
    bench_first(2, author), 'Reader ' || author, 'guest', source, 'markdown', html, $renderer, state, state,
    state = 'approved', reply_total,
    CASE state WHEN 'pending' THEN '[{{"rule":"links","words":"2 links","n":2}}]' ELSE '[]' END, 1,
    rank, ups, downs, CASE WHEN state = 'approved' AND bench_share(n, 11) < 0.003 THEN 1 ELSE 0 END,
    bench_at(n), CASE WHEN bench_share(n, 12) < 0.01 THEN bench_at(n) + interval '3 minutes' END,
    '{{"approved_count":3,"sending":{{"form":"good","proof":"good","open_for":"PT1M23S","trapped":false}}}}',
    hashint8extended(n, 13),
    CASE WHEN n >= $addresses_from THEN bench_digest(author / 50, 14) END,
    CASE WHEN n >= $addresses_from THEN bench_digest(author, 15) END,
    CASE WHEN n >= $repeats_from THEN bench_digest(n, 16) END,
    CASE WHEN n >= $repeats_from THEN bench_digest(n, 17) END,
    CASE WHEN state = 'approved' THEN 1 ELSE 0 END, CASE WHEN state = 'approved' THEN 1 ELSE 0 END
FROM generate_series($first, $last) n,
LATERAL (SELECT (n % {STEP} / {CONVERSATIONS})::int j,
    n / {STEP} * {CONVERSATIONS} + n % {CONVERSATIONS} c,
    n - n % {STEP} + n % {CONVERSATIONS} opening OFFSET 0) a,
LATERAL (SELECT CASE WHEN c = 0 THEN 3 ELSE (hashint8extended(c, 1) & 3)::int END kind,
    c = 0 OR bench_share(c, 2) < 0.01 is_busy OFFSET 0) b,
LATERAL (SELECT NOT is_busy AND bench_share(c, 4) < 0.01 is_second,
    opening + 3 * {CONVERSATIONS} final OFFSET 0) d,
LATERAL (SELECT CASE WHEN is_busy THEN {BUSY} WHEN is_second THEN
        $pages + floor($second_pages * bench_share(c, 6))::int
    WHEN bench_share(c, 5) < 0.2 THEN {HUGE} ELSE floor($pages * bench_share(c, 6) ^ 2)::int END page,
    CASE WHEN is_second THEN $authors + floor($second_authors * bench_share(n, 8))::int
    WHEN bench_share(n, 7) < 0.05 THEN 0 ELSE floor($authors * bench_share(n, 8) ^ 3)::int END author,
    CASE WHEN bench_share(final, 3) < 0.14 THEN 'spam' WHEN bench_share(final, 3) < 0.18 THEN 'removed'
        WHEN bench_share(final, 3) < 0.20 THEN 'deleted' WHEN bench_share(final, 3) < 0.24 THEN 'pending'
        ELSE 'approved' END final_state OFFSET 0) e,
LATERAL (SELECT CASE WHEN n = 0 THEN NULL WHEN is_busy AND c <> 0 THEN 0
    WHEN kind = 3 OR j = 0 OR kind = 2 AND j = 2 THEN NULL
    WHEN kind = 0 THEN opening ELSE n - {CONVERSATIONS} END parent,
    CASE WHEN j = 3 THEN final_state ELSE 'approved' END state,
    (final_state = 'approved')::int shown OFFSET 0) f,
LATERAL (SELECT CASE WHEN parent IS NULL OR is_busy AND c <> 0 THEN parent
    WHEN kind = 2 THEN parent ELSE opening END root,
    CASE WHEN parent IS NULL THEN 0 WHEN is_busy OR kind <> 1 THEN 1 ELSE j END depth,
    CASE WHEN is_busy OR j = 3 THEN 0
        WHEN kind = 0 THEN CASE j WHEN 0 THEN 2 + shown ELSE 0 END
        WHEN kind = 1 THEN 2 - j + shown
        WHEN kind = 2 THEN CASE j WHEN 0 THEN 1 WHEN 2 THEN shown ELSE 0 END
        ELSE 0 END reply_total OFFSET 0) g,
LATERAL (SELECT source, html FROM bench_texts WHERE k = (hashint8extended(n, 9) & 1048575) % $texts) h,
LATERAL (SELECT ups, downs, rank FROM bench_votes WHERE k = (hashint8extended(n, 10) & 1048575) % $votes) i
"""

AFTERWARDS = [
    """
UPDATE threads SET comment_count = found.shown
FROM (SELECT thread_id, count(*) shown FROM comments WHERE state = 'approved' GROUP BY thread_id) found
WHERE found.thread_id = threads.id;
INSERT INTO thread_keys (site_id, key_hash, kind, key, thread_id, created_at)
SELECT site_id, sha256('url'::bytea || '\\x00' || convert_to(key, 'UTF8')), 'url', key, id, created_at
FROM (SELECT *, replace(url, 'https:', 'http:') key FROM threads) found
""",
    """
UPDATE comments SET reply_total = (SELECT count(*) FROM comments WHERE root_id = bench_id(0) AND listed)
WHERE id = bench_id(0)
""",
    """
INSERT INTO text_prints (comment_id, mark, site_id, sketch, similar_group, created_at)
SELECT id, hashint8extended(similar_group, mark), site_id, decode(repeat(md5(id::text), 6), 'hex'),
    similar_group, created_at
FROM comments, generate_series(1, 3) mark WHERE created_at >= bench_at($prints_from)
""",
    """
INSERT INTO votes (comment_id, author_id, site_id, value, counted, created_at)
SELECT bench_id(n), bench_first(2, n % $authors), '$site', 1, true, bench_at(n)
FROM generate_series(0, $comments - 1, 4) n JOIN comments ON id = bench_id(n) AND site_id = '$site'
""",
    """
INSERT INTO decisions (id, site_id, comment_id, moderator_name, decision, before, after, reason, at)
SELECT bench_first(5, row_number() OVER ()), site_id, id, 'Mia Moderator',
    CASE state WHEN 'spam' THEN 'spam' WHEN 'approved' THEN 'approve' WHEN 'pending' THEN 'hold'
        ELSE 'remove' END, 'pending', state, '', created_at + interval '1 hour'
FROM comments WHERE state <> 'approved' OR edited_at IS NOT NULL;
INSERT INTO log_links (site_id, number, entry, mac, personal, decision_id, comment_id)
SELECT site_id, row_number() OVER (PARTITION BY site_id ORDER BY id),
    convert_to(repeat(md5(id::text), 17), 'UTF8'), bench_digest(1, 31),
    json_build_object('author', md5(id::text), 'by', md5(id::text), 'reason', md5(id::text))::text,
    id, comment_id
FROM decisions;
INSERT INTO log_heads (site_id, number, digest, mac)
SELECT site_id, max(number), bench_digest(1, 32) || bench_digest(1, 33), bench_digest(1, 34)
FROM log_links GROUP BY site_id
""",
]
"""What is written once the comments are there; all at once."""


def vote_rows() -> list[tuple[int, int, int, int]]:
    """Return what comments are drawn their votes from."""
    return [(k, ups, downs, rank(ups, downs)) for k, (ups, downs) in enumerate(VOTES)]
