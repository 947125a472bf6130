<?php

/**
 * In place of phpQuery: what CiviCRM's form builder asks of it, over PHP's own DOM.
 *
 * An administrator's call runs the status checks, these read the forms, and so without this file every
 * call with an administrator's key would end in a fatal error. Selectors: tag, [attribute], [attribute="value"],
 * .class and #id, joined; several of them with commas; no combinators.
 */

declare(strict_types=1);

/** A fragment of HTML as a document; `root` is the element around the fragment. */
class DOMDocumentWrapper
{
    public DOMDocument $document;
    public DOMElement $root;

    public function __construct($markup = '', $contentType = null, $newDocumentID = null)
    {
        $this->document = new DOMDocument('1.0', 'UTF-8');
        $quiet = libxml_use_internal_errors(true);
        // The meta element makes libxml read UTF-8; Angular's element names are unknown to it, hence the quiet.
        $this->document->loadHTML(
            '<html><head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8"></head><body>'
            . $markup . '</body></html>'
        );
        libxml_clear_errors();
        libxml_use_internal_errors($quiet);
        $this->root = $this->document->getElementsByTagName('body')->item(0);
    }
}

final class phpQuery
{
    /** The document made last: `pq('selector')` without a context searches it. */
    public static ?phpQueryObject $latest = null;

    public static function newDocument($markup = '', $contentType = null): phpQueryObject
    {
        $wrapper = new DOMDocumentWrapper((string) $markup, $contentType);

        return self::$latest = new phpQueryObject([$wrapper->root], $wrapper->document);
    }

    public static function newDocumentHTML($markup = '', $charset = null): phpQueryObject
    {
        return self::newDocument($markup);
    }

    /** Which elements a selector means, as an XPath condition on an element. */
    public static function condition(string $selector): string
    {
        $alternatives = array_map(self::alternative(...), explode(',', $selector));

        return '(' . implode(' or ', $alternatives) . ')';
    }

    private static function alternative(string $selector): string
    {
        $part = '/^(?:(?<tag>[a-z][\w-]*)|\.(?<class>[\w-]+)|#(?<id>[\w-]+)'
            . '|\[(?<attribute>[\w:-]+)(?:=(?<quote>["\']?)(?<value>[^"\']*)\k<quote>)?\])/i';
        $conditions = [];
        for ($rest = trim($selector); $rest !== ''; $rest = substr($rest, strlen($match[0]))) {
            if (!preg_match($part, $rest, $match, PREG_UNMATCHED_AS_NULL)) {
                throw new InvalidArgumentException("The stand-in for phpQuery cannot read the selector '$selector'");
            }
            $conditions[] = match (true) {
                $match['tag'] !== null => 'name()="' . strtolower($match['tag']) . '"',
                $match['class'] !== null => "contains(concat(' ', normalize-space(@class), ' '), ' {$match['class']} ')",
                $match['id'] !== null => "@id=\"{$match['id']}\"",
                $match['value'] !== null => "@{$match['attribute']}=\"{$match['value']}\"",
                default => "@{$match['attribute']}",
            };
        }

        return '(' . implode(' and ', $conditions ?: ['false()']) . ')';
    }
}

class phpQueryObject implements IteratorAggregate, Countable
{
    /** @param DOMElement[] $elements */
    public function __construct(private array $elements, public DOMDocument $document)
    {
    }

    public function getIterator(): Iterator
    {
        return new ArrayIterator($this->elements);
    }

    public function count(): int
    {
        return count($this->elements);
    }

    public function get($index = null): mixed
    {
        return $index === null ? $this->elements : ($this->elements[$index] ?? null);
    }

    public function each(callable $visit): self
    {
        array_map($visit, $this->elements);

        return $this;
    }

    public function find($selector): self
    {
        return $this->select('descendant::*', $selector);
    }

    public function parents($selector): self
    {
        return $this->select('ancestor::*', $selector);
    }

    public function is($selector): bool
    {
        return count($this->select('self::*', $selector)) > 0;
    }

    /** With a value: sets it on each element. Without: the first element's, null where it has none. */
    public function attr($name, $value = null): mixed
    {
        if (func_num_args() === 1) {
            $first = $this->elements[0] ?? null;

            return $first?->hasAttribute($name) ? $first->getAttribute($name) : null;
        }
        foreach ($this->elements as $element) {
            $element->setAttribute($name, (string) $value);
        }

        return $this;
    }

    /** With markup: replaces the content of each element. Without: the first element's content. */
    public function html($markup = null): mixed
    {
        if ($markup === null) {
            return isset($this->elements[0]) ? self::inner($this->elements[0]) : '';
        }
        foreach ($this->elements as $element) {
            $element->textContent = '';
        }

        return $this->append($markup);
    }

    public function append($content): self
    {
        foreach ($this->elements as $element) {
            foreach (self::nodes($content) as $node) {
                $element->appendChild($element->ownerDocument->importNode($node, true));
            }
        }

        return $this;
    }

    public function insertAfter($selector): self
    {
        $target = (new self([$this->document->documentElement], $this->document))->find($selector)->get(0);
        foreach (array_reverse($this->elements) as $element) {
            $target?->parentNode->insertBefore($element, $target->nextSibling);
        }

        return $this;
    }

    public function markupOuter(): string
    {
        $markup = '';
        foreach ($this->elements as $element) {
            // The body is the frame around a fragment and no part of it.
            $markup .= $element->nodeName === 'body' ? self::inner($element) : $this->document->saveHTML($element);
        }

        return $markup;
    }

    private static function inner(DOMElement $element): string
    {
        return implode('', array_map($element->ownerDocument->saveHTML(...), iterator_to_array($element->childNodes)));
    }

    /** @return DOMNode[] */
    private static function nodes($content): array
    {
        if ($content instanceof self) {
            return $content->elements;
        }

        return $content instanceof DOMNode
            ? [$content]
            : iterator_to_array((new DOMDocumentWrapper((string) $content))->root->childNodes);
    }

    private function select(string $axis, $selector): self
    {
        $found = [];
        $xpath = new DOMXPath($this->document);
        foreach ($this->elements as $element) {
            foreach ($xpath->query($axis . '[' . phpQuery::condition($selector) . ']', $element) as $match) {
                $found[spl_object_id($match)] = $match;
            }
        }

        return new self(array_values($found), $this->document);
    }
}

/** An element, a collection or new markup as a collection; a selector searched in the context. */
function pq($subject, $context = null): phpQueryObject
{
    if ($subject instanceof phpQueryObject) {
        return $subject;
    }
    if ($subject instanceof DOMElement) {
        return new phpQueryObject([$subject], $subject->ownerDocument);
    }
    if (str_starts_with(ltrim((string) $subject), '<')) {
        $wrapper = new DOMDocumentWrapper($subject);
        $elements = array_filter(iterator_to_array($wrapper->root->childNodes), fn ($node) => $node instanceof DOMElement);

        return new phpQueryObject(array_values($elements), $wrapper->document);
    }

    return pq($context ?? phpQuery::$latest)->find($subject);
}
