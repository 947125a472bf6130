<?php

/**
 * In place of three small text libraries: restricted-unserialize, html2text, xss-sanitizer.
 */

declare(strict_types=1);

namespace xKerman\Restricted;

class UnserializeFailedException extends \Exception
{
}

/** Scalars and arrays only: an object anywhere inside is refused. */
function unserialize(string $serialized): mixed
{
    $value = @\unserialize($serialized, ['allowed_classes' => false]);
    $tree = [$value];
    array_walk_recursive($tree, static function ($leaf): void {
        if (is_object($leaf)) {
            throw new UnserializeFailedException('objects are refused');
        }
    });
    if ($value === false && $serialized !== 'b:0;') {
        throw new UnserializeFailedException('not in the format of serialize()');
    }

    return $value;
}

namespace Soundasleep;

final class Html2Text
{
    public static function convert(string $html, $options = []): string
    {
        $broken = preg_replace('#<(br|/p|/div|/h\d|/li|/tr)\b[^>]*>#i', "\n", $html);

        return trim(html_entity_decode(strip_tags((string) $broken), ENT_QUOTES | ENT_HTML5, 'UTF-8'));
    }
}

namespace Phlib\XssSanitizer;

/** Escapes everything, and so lets no markup through at all. */
final class Sanitizer
{
    public function sanitize(string $html): string
    {
        return htmlspecialchars($html, ENT_QUOTES);
    }
}
