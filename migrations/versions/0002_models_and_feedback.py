"""models, preferences, and what a run keeps of its model and of its reader

Revision: 0002, after 0001
"""

import sqlalchemy as sa
from alembic import op


revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('model',
    sa.Column('id', sa.String(length=64), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('provider', sa.String(length=32), nullable=False),
    sa.Column('parameters', sa.JSON(), nullable=False),
    sa.Column('secret', sa.Text(), nullable=True),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('is_default', sa.Boolean(), nullable=False),
    sa.Column('is_fallback', sa.Boolean(), nullable=False),
    sa.Column('retired', sa.Boolean(), nullable=False),
    sa.Column('origin', sa.String(length=120), nullable=False),
    sa.Column('capabilities', sa.JSON(), nullable=False),
    sa.Column('tested_at', sa.DateTime(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('updated_at', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_model')),
    sa.UniqueConstraint('kind', 'name', name=op.f('uq_model_kind_name'))
    )
    with op.batch_alter_table('user', schema=None) as batch_op:
        batch_op.add_column(sa.Column('preferences', sa.JSON(), nullable=False, server_default='{}'))
    with op.batch_alter_table('collection', schema=None) as batch_op:
        batch_op.add_column(sa.Column('description', sa.Text(), nullable=False, server_default=''))
    with op.batch_alter_table('conversation', schema=None) as batch_op:
        batch_op.add_column(sa.Column('model_id', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('passages', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('deleted_at', sa.DateTime(), nullable=True))
    with op.batch_alter_table('run', schema=None) as batch_op:
        batch_op.add_column(sa.Column('model_id', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('fallback_from', sa.String(length=120), nullable=True))
        batch_op.add_column(sa.Column('options', sa.JSON(), nullable=False, server_default='{}'))
        batch_op.add_column(sa.Column('partial', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('notes', sa.JSON(), nullable=False, server_default='[]'))
        batch_op.add_column(sa.Column('superseded_by', sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column('prompt_tokens', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('answer_tokens', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('certainty', sa.Float(), nullable=True))
        batch_op.add_column(sa.Column('feedback', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('feedback_reason', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('feedback_at', sa.DateTime(), nullable=True))



def downgrade() -> None:
    for table, names in (
        ('run', ('model_id', 'fallback_from', 'options', 'partial', 'notes', 'superseded_by', 'prompt_tokens',
                 'answer_tokens', 'certainty', 'feedback', 'feedback_reason', 'feedback_at')),
        ('conversation', ('model_id', 'passages', 'deleted_at')),
        ('collection', ('description',)),
        ('user', ('preferences',)),
    ):
        for name in names:
            op.drop_column(table, name)
    op.drop_table('model')
