-- The numbers that bits stand for: attributes, clinicians, and the squares of the tree of places.

-- What each attribute implies: itself, the broader ones of its code, and a network the plans that it is in.
create function publication.implied() returns table (attr integer, implies integer[]) language sql stable as $$
  with recursive above as (
    select a.attr, a."group", c.id, c.parent_id, a.attr as implied
      from listing_attribute a
      join code_sets_code c on c.code = a.code
       and c.kind = case a."group" when 'office_language' then 'language' else a."group" end
    union all
    select above.attr, above."group", c.id, c.parent_id, up.attr
      from above join code_sets_code c on c.id = above.parent_id
      left join listing_attribute up on up."group" = above."group" and up.code = c.code)
  select attr, array_agg(distinct implied order by implied) filter (where implied is not null)
    from (select attr, implied from above
          union select attr, attr from listing_attribute
          union select network.attr, plan.attr
            from network_plannetwork pn
            join listing_attribute network on network."group" = 'network' and network.code = pn.network_id
            join listing_attribute plan on plan."group" = 'plan' and plan.code = pn.plan_id) q group by attr
$$;

-- Every fact that a search can ask for gets a number: those of the code sets whether anyone has them or not, and what
-- only the network names. A code implies itself and the broader ones.
create function publication.number_attributes() returns void language plpgsql as $$
begin
  insert into listing_attribute (attr, "group", code, label, per_location, implies)
    select (listing.group_number("group") << 20)
           + coalesce((select max(a.attr & 1048575) from listing_attribute a where a."group" = wanted."group"), 0)
           + row_number() over (partition by "group" order by nth, id, code),
           "group", code, label, per_location, '{}'
      from (select g."group", c.code, '' as label, g.per_location, 1 as nth, c.id
              from code_sets_code c
              join (values ('specialty', 'specialty', false), ('language', 'language', false), ('race', 'race', false),
                           ('pronouns', 'pronouns', false), ('competency', 'competency', false),
                           ('population', 'population', false), ('gender', 'gender', false),
                           ('language', 'office_language', true), ('accessibility', 'accessibility', true),
                           ('accepting', 'accepting', true), ('kind', 'kind', true))
                     as g (kind, "group", per_location) on g.kind = c.kind
             where c.filterable
            union all select 'telehealth', 'yes', '', true, 1, 0
            union all select 'uncontracted', 'yes', '', true, 1, 0
            union all select 'network', code, name, true, 2, 0 from network_network
            union all select 'plan', code, name, true, 3, 0 from network_plan
            union all
            select 'affiliation', npi::text, name, false, 4, npi from network_organization o
             where exists (select from network_affiliation a where a.organization_id = o.npi)
            union all
            select distinct 'ages', concat(age_from, '-', age_to), '', true, 5, 0 from network_practitionerrole) wanted
     where not exists (select from listing_attribute a where a."group" = wanted."group" and a.code = wanted.code)
  on conflict ("group", code) do nothing;
  if found then
    analyze listing_attribute;
  end if;

  update listing_attribute a set label = named.name
    from (select 'network' as "group", code, name from network_network
          union all select 'plan', code, name from network_plan
          union all select 'affiliation', npi::text, name from network_organization) named
   where a."group" = named."group" and a.code = named.code and a.label <> named.name;

  update listing_attribute a set implies = wanted.implies
    from publication.implied() wanted
   where a.attr = wanted.attr and a.implies <> wanted.implies;
end $$;

-- Numbers for clinicians who have none, along the curve of their primary location within a state: the given ones, or
-- with null all who are due. Caller holds the lock of the numbering.
create function publication.number_clinicians(npis bigint[]) returns integer language plpgsql as $$
declare
  next integer := (select coalesce(max(pos) + 1, 0) from publication_number);
  given integer;
begin
  -- The tree begins as one square, the earth.
  insert into listing_node (parent_id, depth, low, high, leaf, box)
    select null, 0, 0, (1::bigint << 40) - 1, true, publication.box_of(0, 0)
     where not exists (select from listing_node);

  insert into publication_number (clinician_id, pos)
    select npi, next + (row_number() over (order by state, morton, npi))::integer - 1
      from (select distinct on (r.clinician_id) r.clinician_id as npi, l.state,
                   listing.morton(l.longitude, l.latitude) as morton
              from network_practitionerrole r join network_location l on l.id = r.location_id
             where (r.clinician_id = any(npis)
                    or npis is null and exists (select from publication_due d where d.clinician_id = r.clinician_id))
               and not exists (select from publication_number n where n.clinician_id = r.clinician_id)
             order by r.clinician_id, r.is_primary desc, r.location_id, r.id) unnumbered;
  get diagnostics given = row_count;
  return given;
end $$;

create function publication.box_of(depth integer, low bigint) returns box language sql immutable as $$
  -- morton() rounds, so a square is half a grid step wider than its numbers say.
  select box(point(x * 360.0 / 1048576 - 180 - 0.0002, y * 180.0 / 1048576 - 90 - 0.0001),
             point((x + (1 << (20 - depth))) * 360.0 / 1048576 - 180 + 0.0002,
                   (y + (1 << (20 - depth))) * 180.0 / 1048576 - 90 + 0.0001))
    from (select sum(((low >> (2 * i)) & 1) << i) as x, sum(((low >> (2 * i + 1)) & 1) << i) as y
            from generate_series(0, 19) i) q
$$;

-- A leaf that holds more than ``most`` locations and that locations of a chunk lie in; nothing while a second
-- generation of the numbering is being built, which knows the squares that it began with.
create function publication.full_leaf(of_chunk integer, most integer default 1000) returns listing_node
language sql stable as $$
  select n.* from listing_node n
   where n.leaf and n.depth < 16 and to_regnamespace('listing_next') is null
     and n.id in (select place from listing_placebits where chunk = of_chunk and place > 0)
     and (select sum(bit_count(bits)) from listing_placebits b where b.place = n.id) > most
   limit 1
$$;

-- Split the full leaves of a chunk. Caller holds the lock of the tree alone.
create function publication.split_leaves(of_chunk integer, most integer default 1000) returns integer
language plpgsql as $$
declare
  full_ listing_node;
  child bigint;
  split integer := 0;
  width bigint;
begin
  loop
    full_ := publication.full_leaf(of_chunk, most);
    exit when full_.id is null;
    width := 1::bigint << (40 - 2 * (full_.depth + 1));
    for i in 0..3 loop
      insert into listing_node (parent_id, depth, low, high, leaf, box)
        values (full_.id, full_.depth + 1, full_.low + i * width, full_.low + (i + 1) * width - 1, true,
                publication.box_of(full_.depth + 1, full_.low + i * width)) returning id into child;
      insert into listing_placebits (place, chunk, plane, bits)
        select child, pos >> 12, plane, listing.bits_at(pos & 4095, 1) from listing_listedlocation
         where morton between full_.low + i * width and full_.low + (i + 1) * width - 1 group by 2, 3 order by 2, 3;
    end loop;
    update listing_node set leaf = false where id = full_.id;
    split := split + 1;
  end loop;
  return split;
end $$;
