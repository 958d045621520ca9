-- A key may be as long as a record, and a B-tree takes 2.7 kB at most: such a letter could not be kept.

drop index dead_letter_key;

create index dead_letter_key on dead_letter using hash (key);
