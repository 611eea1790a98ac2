"""Everything that a role can reach in this database beyond what PostgreSQL gives to every role."""

from django.db.backends.base.base import BaseDatabaseWrapper

# PostgreSQL lets every role make temporary tables; a read-only transaction does not.
GIVEN_TO_EVERYONE = frozenset({"TEMP ON DATABASE"})

RIGHTS = """
WITH me AS (SELECT * FROM pg_roles WHERE rolname = %(role)s),
     ours AS (SELECT oid, nspname FROM pg_namespace
               WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'),
     relation AS (SELECT c.* FROM pg_class c JOIN ours ON ours.oid = c.relnamespace),
     readable AS (SELECT * FROM relation WHERE relkind IN ('r', 'p', 'v', 'm', 'f'))

SELECT 'SELECT ' || relname || '.' || attname
  FROM me, readable
  JOIN pg_attribute ON attrelid = readable.oid AND attnum > 0 AND NOT attisdropped
 WHERE has_column_privilege(me.oid, readable.oid, attnum, 'SELECT')

UNION ALL  -- whatever else can be done to a relation, or to one of its columns
SELECT privilege || ' ' || relname
  FROM me, readable, unnest('{INSERT,UPDATE,REFERENCES}'::text[]) privilege
 WHERE has_any_column_privilege(me.oid, readable.oid, privilege)
UNION ALL
SELECT privilege || ' ' || relname
  FROM me, readable, unnest('{DELETE,TRUNCATE,TRIGGER}'::text[]) privilege
 WHERE has_table_privilege(me.oid, readable.oid, privilege)

UNION ALL
SELECT privilege || ' ON SEQUENCE ' || relname
  FROM me, relation, unnest('{USAGE,SELECT,UPDATE}'::text[]) privilege
 WHERE relkind = 'S' AND has_sequence_privilege(me.oid, relation.oid, privilege)

UNION ALL  -- such a view reads with the rights of its owner, private tables too
SELECT 'VIEW AS OWNER ' || relname
  FROM me, relation
 WHERE relkind = 'v' AND has_any_column_privilege(me.oid, relation.oid, 'SELECT')
   AND NOT coalesce(reloptions::text[] && '{security_invoker=true,security_invoker=on,security_invoker=1}',
                    false)

UNION ALL
SELECT 'SECURITY DEFINER ' || pg_proc.oid::regprocedure
  FROM me, pg_proc
 WHERE prosecdef AND has_function_privilege(me.oid, pg_proc.oid, 'EXECUTE')

UNION ALL
SELECT 'CREATE IN SCHEMA ' || nspname FROM me, ours WHERE has_schema_privilege(me.oid, ours.oid, 'CREATE')
UNION ALL
SELECT privilege || ' ON DATABASE'
  FROM me, unnest('{CREATE,TEMP}'::text[]) privilege
 WHERE has_database_privilege(me.oid, current_database(), privilege)

UNION ALL
SELECT 'MEMBER OF ' || other.rolname
  FROM me, pg_roles other
 WHERE other.oid <> me.oid AND pg_has_role(me.oid, other.oid, 'MEMBER')
UNION ALL
SELECT 'OWNS ' || classid::regclass || ' ' || objid
  FROM me, pg_shdepend
 WHERE refclassid = 'pg_authid'::regclass AND refobjid = me.oid AND deptype = 'o'
UNION ALL
SELECT 'ATTRIBUTE ' || attribute
  FROM me, jsonb_each(to_jsonb(me)) AS attributes(attribute, held)
 WHERE attribute IN ('rolsuper', 'rolcreaterole', 'rolcreatedb', 'rolreplication', 'rolbypassrls')
   AND held = 'true'

UNION ALL
SELECT 'LARGE OBJECT ' || pg_largeobject_metadata.oid
  FROM me, pg_largeobject_metadata, aclexplode(lomacl) acl
 WHERE acl.grantee IN (me.oid, 0)
UNION ALL
SELECT 'SERVER ' || srvname
  FROM me, pg_foreign_server
 WHERE has_server_privilege(me.oid, pg_foreign_server.oid, 'USAGE')
UNION ALL
SELECT 'UNTRUSTED LANGUAGE ' || lanname
  FROM me, pg_language
 WHERE NOT lanpltrusted AND lanname NOT IN ('internal', 'c')
   AND has_language_privilege(me.oid, pg_language.oid, 'USAGE')
UNION ALL
SELECT 'CATALOG ' || relname
  FROM me, pg_class, aclexplode(relacl) acl
 WHERE relnamespace = 'pg_catalog'::regnamespace AND acl.grantee = me.oid
"""


def rights(connection: BaseDatabaseWrapper, role: str) -> set[str]:
    """One readable string for each right: ``SELECT listing_listing.npi``, ``SECURITY DEFINER leak()``."""
    with connection.cursor() as cursor:
        cursor.execute(RIGHTS, {"role": role})
        return {right for (right,) in cursor.fetchall()}
