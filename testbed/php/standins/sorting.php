<?php

/**
 * In place of marcj/topsort: an order in which everything comes after what it needs.
 */

declare(strict_types=1);

namespace MJS\TopSort;

class CircularDependencyException extends \Exception
{
}

class ElementNotFoundException extends \Exception
{
}

namespace MJS\TopSort\Implementations;

use MJS\TopSort\CircularDependencyException;
use MJS\TopSort\ElementNotFoundException;

class FixedArraySort
{
    /** @var array<string, string[]> element to what it needs */
    private array $needs = [];

    public function add($element, $dependencies = null): void
    {
        $this->needs[$element] = (array) $dependencies;
    }

    /** @return string[] elements keep the order of adding where nothing forbids it */
    public function sort(): array
    {
        $sorted = [];
        foreach (array_keys($this->needs) as $element) {
            $this->visit((string) $element, [], $sorted);
        }

        return array_keys($sorted);
    }

    private function visit(string $element, array $path, array &$sorted): void
    {
        if (isset($path[$element])) {
            throw new CircularDependencyException(implode(' > ', [...array_keys($path), $element]));
        }
        if (isset($sorted[$element])) {
            return;
        }
        foreach ($this->needs[$element] as $need) {
            if (!isset($this->needs[$need])) {
                throw new ElementNotFoundException("$element needs $need, which is unknown");
            }
            $this->visit((string) $need, $path + [$element => true], $sorted);
        }
        $sorted[$element] = true;
    }
}

class ArraySort extends FixedArraySort
{
}

class StringSort extends FixedArraySort
{
}

class FixedStringSort extends FixedArraySort
{
}
