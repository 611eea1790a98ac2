-- The public files of a state go out of service in the transaction that writes a row of the listing they were made of,
-- whoever writes it. listing/operations.py puts them back.

-- Out of service, for whoever asks next. Many may do so at once: they share the lock, and none waits for another's
-- row. Who writes files holds the lock alone (operations.hold_alone), and so sees everyone here or is seen by them.
create function publication.take_out(fips integer[]) returns void language plpgsql as $$
declare
  each integer;
begin
  foreach each in array array(select distinct f from unnest(fips) f order by f) loop
    perform pg_advisory_xact_lock_shared(7302013, each);
  end loop;
  insert into listing_fileswithdrawn (state, transaction)
    select files.state, pg_current_xact_id()::text::bigint
      from listing_statefiles files join code_sets_state s on s.code = files.state
     where s.fips = any(take_out.fips)
       and not exists (select from listing_fileswithdrawn w where w.state = files.state)
     order by files.state
  on conflict do nothing;
end $$;

-- The states among the areas of a location (bits.sql): their codes are the small numbers.
create function publication.states_among(areas integer[]) returns setof integer language sql immutable as
$$ select -area from unnest(areas) area where area > -100 $$;

-- A clinician stands in the files of every state where they have a location, with all locations: so those states are
-- asked for that the clinicians of the written rows have now, and those of the rows themselves. Places have numbers
-- from first_place on, and stand in no file for themselves.
create function publication.take_out_written() returns trigger language plpgsql as $$
declare
  positions integer[] := '{}';
  states integer[] := '{}';
begin
  if tg_table_name = 'listing_listedplace' then
    positions := array(select distinct l.pos from written join listing_listedlocation l on l.place_id = written.id
                        where l.pos < listing.first_place());
  elsif tg_table_name = 'listing_listedlocation' then
    positions := array(select distinct pos from written where pos < listing.first_place());
    states := array(select distinct publication.states_among(areas) from written where pos < listing.first_place());
  else
    positions := array(select pos from written);
  end if;
  if cardinality(positions) > 0 then
    perform publication.take_out(states || array(
      select distinct publication.states_among(areas) from listing_listedlocation where pos = any(positions)));
  end if;
  return null;
end $$;

-- An update tells of its rows twice: as they were, and as they are.
do $$
declare
  of_table text;
  verb text;
  side text;
begin
  foreach of_table in array '{listing_listedclinician,listing_listedlocation,listing_listedplace}'::text[] loop
    for verb, side in values ('insert', 'new'), ('update', 'old'), ('update', 'new'), ('delete', 'old') loop
      -- A place that comes has nobody yet, and one that goes has nobody any more.
      continue when of_table = 'listing_listedplace' and verb <> 'update';
      -- The clinician's locations say the states, and they do not depend on which side of an update is read.
      continue when of_table <> 'listing_listedlocation' and verb = 'update' and side = 'old';
      execute format('create trigger files_%s_%s after %s on %s referencing %s table as written'
                     ' for each statement execute function publication.take_out_written()',
                     verb, side, verb, of_table, side);
    end loop;
  end loop;
end $$;

-- A table of the listing whose rows are written without taking files out of service; null when there is none.
create function publication.unwatched() returns text language sql stable as $$
  select format('rows of %s are written without taking public files out of service', wanted.of_table)
    from (values ('listing_listedclinician', 3), ('listing_listedlocation', 4), ('listing_listedplace', 1))
           as wanted (of_table, triggers)
   where (select count(*) from pg_trigger t
           where t.tgrelid = to_regclass(wanted.of_table) and t.tgfoid = 'publication.take_out_written'::regproc
             and t.tgenabled = 'O') <> wanted.triggers
   order by 1 limit 1
$$;
