-- Words of listed names -> the vocabulary for misspelt names: a word is in it while anybody listed bears it.

-- ``gone`` and ``come`` are words that clinicians at some positions of one chunk no longer bear, and bear now.
-- Nobody else writes this chunk. So a word that another clinician of it bears is in the vocabulary and stays there,
-- which spares everyone from waiting for each other over Smith. For the others locks are taken, in order, one for each
-- of 256 lots of words: shared where a word comes, alone where one goes, since whoever else bears it may be going too.
create function publication.write_spellings(positions integer[], gone text[], come text[]) returns void
language plpgsql as $$
declare
  of_chunk integer := positions[1] >> 12;
  lot record;
begin
  gone := publication.lone(of_chunk, positions, gone);
  come := publication.lone(of_chunk, positions, come);
  for lot in select hashtext(word) & 255 as nth, bool_or(goes) as goes
               from (select word, true from unnest(gone) word union all select word, false from unnest(come) word)
                    as w (word, goes)
              group by 1 order by 1 loop
    if lot.goes then
      perform pg_advisory_xact_lock(7302014, lot.nth);
    else
      perform pg_advisory_xact_lock_shared(7302014, lot.nth);
    end if;
  end loop;
  delete from listing_spelling s where s.token = any(gone)
     and not exists (select from listing_nametoken t where t.token = s.token);
  insert into listing_spelling (token) select unnest(come) order by 1 on conflict do nothing;
end $$;

-- Those of the words that belong into the vocabulary and that nobody else of the chunk bears; of many it is not worth
-- asking.
create function publication.lone(of_chunk integer, positions integer[], words text[]) returns text[]
language plpgsql as $$
begin
  return array(
    select distinct word from unnest(words) word
     where word ~ '^[a-z]{2,}$'
       and (cardinality(positions) > 20
            or not exists (select from listing_nametoken t
                            where t.token = word and t.pos between of_chunk * 4096 and of_chunk * 4096 + 4095
                              and t.pos <> all(positions))));
end $$;
