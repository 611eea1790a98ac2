-- Publication: facts and shown answers -> rows of the listing -> bits. Whoever calls these holds the locks of
-- operations.py: the tree (shared) and the chunks (in ascending order), taken in statements of their own before.

-- The locks of whoever writes these chunks, in the order that operations.py tells. Several chunks are locked alone,
-- since who publishes them meets words of names in no order (names.sql).
create function publication.lock_chunks(chunks integer[]) returns void language plpgsql as $$
declare
  chunk integer;
begin
  perform pg_advisory_xact_lock_shared(7302011);
  if cardinality(chunks) > 1 then
    perform pg_advisory_xact_lock(7302015);
  else
    perform pg_advisory_xact_lock_shared(7302015);
  end if;
  foreach chunk in array array(select each from unnest(chunks) each order by each) loop
    perform pg_advisory_xact_lock(7302012, chunk);
  end loop;
end $$;

-- Publish some clinicians of one chunk, or with ``whole`` everyone in it and every bit of it.
-- True when any public row changed.
-- Planning takes longer than publishing one clinician, so a few are published by plans made for a few and kept for
-- the session. Those plans walk from row to row: for thousands each statement is planned for the numbers it is given.
create function publication.publish(of_chunk integer, npis bigint[], whole boolean, today date) returns boolean
language plpgsql
set plan_cache_mode = force_custom_plan set enable_seqscan = on set enable_hashjoin = on set enable_mergejoin = on
set jit = off set max_parallel_workers_per_gather = 0 set work_mem = '64MB' set random_page_cost = 1.1 as $$
declare
  positions integer[];
  attributes integer[];
  places integer[];
  changed boolean;
begin
  if whole then
    npis := array(select clinician_id from publication_number
                   where pos between of_chunk * 4096 and of_chunk * 4096 + 4095);
    positions := array(select generate_series(of_chunk * 4096, of_chunk * 4096 + 4095));
    attributes := array(select attr from listing_attributebits where chunk = of_chunk
                        union select attr from listing_attributetotal where chunk = of_chunk);
    places := array(select distinct place from listing_placebits where chunk = of_chunk);
  else
    if cardinality(npis) <= 20 then
      perform set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true),
              set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true);
    end if;
    positions := array(select pos from publication_number where clinician_id = any(npis));
    attributes := publication.attributes_at(positions);
    places := publication.places_at(positions);
  end if;
  changed := publication.write_rows(npis, whole, today);
  if whole then
    perform publication.write_bits(of_chunk, positions, attributes, places);
  elsif changed then
    perform publication.write_bits(of_chunk, positions, attributes || publication.attributes_at(positions),
                                   places || publication.places_at(positions));
  end if;
  perform publication.write_match_bits(of_chunk, positions);
  return changed;
end $$;
